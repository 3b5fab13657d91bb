import type { EpochMs, FragmentId } from '#runtime/event/ids.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { CommandRecord } from '#runtime/log/links.ts'
import type { FedLink } from '../../ports.ts'

/** What an operator has said, and when: after everything that was received by then. */
export interface Word {
  /** In the old `identity.links`. */
  readonly offset: number
  readonly key: string
  readonly after: EpochMs
  readonly command: CommandRecord
}

/** New names of old pseudonyms. */
export type Names = ReadonlyMap<FragmentId, FragmentId>

/** Finds operators' words among the records of the old log, in its order. A command's own clock says nothing of the log. */
export function createWordFinder(): (link: FedLink) => Word | null {
  let newest = epochMs(0)
  return ({ offset, key, record }) => {
    if (record.kind === 'link' && record.receivedAt > newest) newest = record.receivedAt
    return record.kind === 'command' ? { offset, key, after: newest, command: record } : null
  }
}

/** Two are needed to be joined; whoever is alone can be parted, erased or thought about. */
const namesNeeded = ({ action }: CommandRecord): number => (action === 'merge' ? 2 : 1)

/** A word under the new names: with those of its identifiers that were met; null: too few were, and nothing is left to say. */
export function translate(command: CommandRecord, names: Names): CommandRecord | null {
  const fragments = metOf(command, names)
  return fragments.length < namesNeeded(command) ? null : { ...command, fragments }
}

const metOf = ({ fragments }: CommandRecord, names: Names): readonly FragmentId[] => [
  ...new Set(
    fragments.flatMap((was) => {
      const is = names.get(was)
      return is === undefined ? [] : [is]
    }),
  ),
]

export interface LostWord {
  readonly command_id: string
  readonly action: CommandRecord['action']
  readonly at: EpochMs
  readonly by: string
  /** Identifiers that it names, and how many of them no raw record names any more. */
  readonly named: number
  readonly unknown: number
  /** What is known of it is carried over. */
  readonly partly: boolean
}

/** Words that can't be carried over as they were said. Of erasures nothing is lost: what no raw record names can't come back. */
export const lostWords = (words: readonly Word[], names: Names): readonly LostWord[] =>
  words.flatMap(({ command }) => {
    const { action, at, by, commandId, fragments } = command
    const named = new Set(fragments).size
    const unknown = named - metOf(command, names).length
    return unknown === 0 || action === 'erase'
      ? []
      : [
          {
            command_id: commandId,
            action,
            at,
            by,
            named,
            unknown,
            partly: translate(command, names) !== null,
          },
        ]
  })
