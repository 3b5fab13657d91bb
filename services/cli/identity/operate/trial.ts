import { type EpochMs, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { CommandRecord } from '#runtime/log/links.ts'
import { identifierView } from '../explain/views.ts'
import type { PlacedDecision, Refolded } from '../refold/refold.ts'
import type { GroupView } from './operation-view.ts'

/** What commands would make of the profiles that they name. */
export interface Trial {
  readonly commands: readonly CommandRecord[]
  readonly before: readonly GroupView[]
  readonly after: readonly GroupView[]
  readonly decisions: readonly PlacedDecision[]
  /** Whoever shared a profile with somebody named, before or after. */
  readonly concerned: readonly FragmentId[]
}

export interface OperatorsWord {
  readonly action: 'split' | 'unsplit' | 'merge'
  /** Of the whole; each of several commands gets a number behind it. */
  readonly commandId: string
  readonly at: EpochMs
  readonly by: string
  readonly reason: string
}

/** One command for each list of identifiers. */
export const commandsOf = (
  { action, commandId, at, by, reason }: OperatorsWord,
  lists: readonly (readonly FragmentId[])[],
): readonly CommandRecord[] =>
  lists.map((fragments, place) => ({
    kind: 'command',
    commandId: lists.length === 1 ? commandId : `${commandId}.${place + 1}`,
    // The linker goes by the newest time that it has seen, and no further back.
    at: epochMs(at),
    by,
    reason,
    action,
    fragments,
  }))

/** Folds commands over what is known, as the linker will. Changes the state of `now`. */
export function tryCommands(now: Refolded, commands: readonly CommandRecord[]): Trial {
  const named = commands.flatMap(({ fragments }) => fragments)
  const together = named.flatMap((id) => [...now.membersWith(id)])
  const profiles = new Map<FragmentId, string>()
  for (const id of together) profiles.set(id, now.profileOf(id))
  const from = now.decisions.length
  for (const command of commands) now.apply(command)
  const decisions = now.decisions.slice(from)
  const concerned = [...new Set([...together, ...named.flatMap((id) => now.membersWith(id))])]
  return {
    commands,
    before: groupsOf([...profiles.keys()], (id) => profiles.get(id) ?? ''),
    after: groupsOf(concerned, (id) => now.profileOf(id)),
    decisions,
    concerned,
  }
}

/** Profiles and who is in them, in the order of their ids. */
export function groupsOf(
  ids: readonly FragmentId[],
  profileOf: (id: FragmentId) => string,
): readonly GroupView[] {
  const groups = Map.groupBy(ids, profileOf)
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([profile, members]) => ({
      profile_id: profile,
      identifiers: members.toSorted((a, b) => (a < b ? -1 : 1)).map(identifierView),
    }))
}
