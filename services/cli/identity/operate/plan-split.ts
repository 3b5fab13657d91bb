import { TributaryError } from '#runtime/errors/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { evidenceOf, reach } from '../../../identity/core/evidence.ts'
import type { Loaded } from '../refold/load.ts'
import type { LoggedRecord } from '../refold/logged-record.ts'
import type { Refolded } from '../refold/refold.ts'
import { leavers, sidesOf } from './sides.ts'

/** Who has to be split off, one command each. */
export type Leavers = readonly (readonly FragmentId[])[]

/**
 * Splits off what is named. What its own evidence connects stays together.
 * @throws TributaryError `TRB_WITHOUT_EFFECT` when nobody would be left, or nobody was there.
 */
export function splitIdentifiers(now: Refolded, named: readonly FragmentId[]): Leavers {
  const away = new Set(named)
  const leaving = named.filter((id) => now.membersWith(id).some((other) => !away.has(other)))
  if (leaving.length > 0) return [leaving]
  throw new TributaryError(
    'TRB_WITHOUT_EFFECT',
    'there is nothing to split: nobody else is in the profile of what is named',
  )
}

/** Undoes the merge by a link or a command. @throws TributaryError as above, and `TRB_USAGE` when it merged nothing. */
export function splitMerge(loaded: Loaded, now: Refolded, merging: LoggedRecord): Leavers {
  const sides = sidesOf(loaded, merging)
  const leaving = leavers(now, sides)
  if (leaving.length > 0) return leaving
  throw new TributaryError('TRB_WITHOUT_EFFECT', `what ${merging.linkId} merged is apart already`)
}

/**
 * Takes a link out: its merge, if it was one, else what it alone holds together.
 * @throws TributaryError `TRB_WITHOUT_EFFECT` when other links say the same.
 */
export function splitLink(loaded: Loaded, now: Refolded, link: LoggedRecord): Leavers {
  if (link.fate === 'merge') return splitMerge(loaded, now, link)
  const ids = now.state.evidence(link.linkId)?.ids ?? []
  const parts = withoutLink(now, link.linkId, ids)
  const [kept, ...others] = parts
  if (kept !== undefined && others.length > 0) return others
  throw new TributaryError(
    'TRB_WITHOUT_EFFECT',
    `${link.linkId} holds nothing together by itself: ${sayingTheSame(now, link)}`,
    {
      hint: 'Split off the identifier, or undo the decision that merged: tributary identity explain names both.',
    },
  )
}

/** What is left of its identifiers' profile when a link says nothing: the part with the representative first. */
function withoutLink(now: Refolded, linkId: string, ids: readonly FragmentId[]): Leavers {
  const [first] = ids
  if (first === undefined) return []
  const profile = now.profileOf(first)
  const root = now.state.node(first)?.component ?? first
  const without: Refolded['state'] = {
    ...now.state,
    linksOf: (id, role) => now.state.linksOf(id, role).filter((one) => one !== linkId),
  }
  const parts: (readonly FragmentId[])[] = []
  for (const start of [root, ...ids]) {
    if (parts.some((part) => part.includes(start)) || now.profileOf(start) !== profile) continue
    parts.push([...reach(without, start, (id) => now.profileOf(id) === profile)])
  }
  return parts.filter((part) => part.length > 0)
}

function sayingTheSame(now: Refolded, { linkId, record }: LoggedRecord): string {
  const named = record.kind === 'link' ? record.identifiers.map(({ id }) => id) : record.fragments
  const others = new Set(
    named
      .flatMap((id) => evidenceOf(now.state, id, ['joins']))
      .filter(
        ([other, { ids }]) => other !== linkId && ids.filter((id) => named.includes(id)).length > 1,
      )
      .map(([other]) => other),
  )
  return others.size === 0
    ? 'a rule was in its way, or it named one identifier only'
    : `other links say so too, such as ${[...others].slice(0, 3).join(', ')}`
}
