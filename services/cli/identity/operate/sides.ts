import { TributaryError } from '#runtime/errors/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import { reach } from '../../../identity/core/evidence.ts'
import type { Loaded } from '../refold/load.ts'
import type { LoggedRecord } from '../refold/logged-record.ts'
import { type Refolded, refold } from '../refold/refold.ts'

/** What a merge brought together, as it was just before. */
export interface Sides {
  /** Identifiers of the profile whose id the merged one took. */
  readonly kept: readonly FragmentId[]
  /** Those of each other one. */
  readonly others: readonly (readonly FragmentId[])[]
}

/**
 * What the merge by a record brought together.
 * @throws TributaryError `TRB_USAGE` when it merged nothing.
 */
export function sidesOf({ closure, policies }: Loaded, merging: LoggedRecord): Sides {
  const { offset, clock, policy } = merging
  const earlier = closure.records.filter((record) => record.offset < offset)
  const before = refold(earlier, policies, { offset, clock, policy })
  const after = refold([...earlier, merging], policies, null)
  const merge = after.decisions.findLast(
    ({ decision }) => decision.linkId === merging.linkId && decision.outcome === 'merge',
  )
  const joined = merge?.decision.identifiers.filter((id) => !merge.decision.demoted.includes(id))
  const [first] = joined ?? []
  if (joined === undefined || first === undefined) throw notAMerge(merging)
  const survivor = after.profileOf(first)
  const sides = new Map(joined.map((id) => [before.profileOf(id), before.membersWith(id)]))
  const kept = sides.get(survivor) ?? [...sides.values()][0] ?? []
  return { kept, others: [...sides.values()].filter((side) => side !== kept) }
}

const notAMerge = ({ linkId, fate }: LoggedRecord): TributaryError =>
  new TributaryError('TRB_USAGE', `${linkId} merged nothing: it was a ${fate}`, {
    hint: 'tributary identity explain shows the decisions that merged.',
  })

/**
 * Of each side but the kept one, who has to leave for the merge to be undone: those who were on it, and who joined later through it alone, as
 * far as they are with the kept ones still.
 */
export function leavers(
  now: Refolded,
  { kept, others }: Sides,
): readonly (readonly FragmentId[])[] {
  const profiles = new Set(kept.map((id) => now.profileOf(id)))
  const isThere = (id: FragmentId): boolean => profiles.has(now.profileOf(id))
  const own = (side: readonly FragmentId[]): readonly FragmentId[] => side.filter(isThere)
  const all = [kept, ...others]
  const reached = all.map((side) => {
    const foreign = new Set(all.flatMap((one) => (one === side ? [] : one)))
    const mayEnter = (id: FragmentId): boolean => isThere(id) && !foreign.has(id)
    return new Set(own(side).flatMap((id) => [...reach(now.state, id, mayEnter)]))
  })
  return others.flatMap((side, place) => {
    const mine = reached[place + 1] ?? new Set()
    const elsewhere = reached.filter((one) => one !== mine)
    const old = own(side)
    const late = [...mine].filter(
      (id) => !old.includes(id) && !elsewhere.some((one) => one.has(id)),
    )
    const leaving = [...old, ...late]
    return leaving.length > 0 ? [leaving] : []
  })
}

/**
 * Who joined those who have left while their split was on its way, and stayed behind: evidence connects them with the left, and with the kept
 * ones not at all.
 */
export function stragglers(
  now: Refolded,
  kept: readonly FragmentId[],
  left: readonly FragmentId[],
): readonly FragmentId[] {
  const profiles = new Set(kept.map((id) => now.profileOf(id)))
  const gone = new Set(left)
  const isThere = (id: FragmentId): boolean => !gone.has(id) && profiles.has(now.profileOf(id))
  const reachedFrom = (
    start: readonly FragmentId[],
    mayEnter: (id: FragmentId) => boolean,
  ): ReadonlySet<FragmentId> => new Set(start.flatMap((id) => [...reach(now.state, id, mayEnter)]))
  const stay = reachedFrom(kept.filter(isThere), isThere)
  const come = reachedFrom(left, (id) => isThere(id) && !stay.has(id))
  return [...come].filter(isThere)
}
