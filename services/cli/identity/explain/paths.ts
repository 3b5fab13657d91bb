import type { FragmentId } from '#runtime/event/ids.ts'
import { evidenceOf } from '../../../identity/core/evidence.ts'
import type { LinkerState } from '../../../identity/core/state.ts'

/** One step along evidence that joins two identifiers. */
export interface Hop {
  readonly from: FragmentId
  readonly to: FragmentId
  readonly linkId: string
}

/**
 * The last hop of a shortest path to everything that evidence connects with `start`; of equally short ones that of the oldest evidence.
 * Not entered but by `mayPass`.
 */
export function hopsFrom(
  state: LinkerState,
  start: FragmentId,
  mayPass: (id: FragmentId) => boolean,
): ReadonlyMap<FragmentId, Hop> {
  const hops = new Map<FragmentId, Hop>()
  const waiting = [start]
  for (const from of waiting)
    for (const [linkId, { ids }] of evidenceOf(state, from, ['joins']))
      for (const to of ids) {
        if (to === start || hops.has(to) || !mayPass(to)) continue
        hops.set(to, { from, to, linkId })
        waiting.push(to)
      }
  return hops
}

/** null: nothing connects them. */
export function pathTo(
  hops: ReadonlyMap<FragmentId, Hop>,
  start: FragmentId,
  end: FragmentId,
): readonly Hop[] | null {
  const path: Hop[] = []
  for (let at = end; at !== start; ) {
    const hop = hops.get(at)
    if (hop === undefined) return null
    path.push(hop)
    at = hop.from
  }
  return path.toReversed()
}

/** Whether an operator split it off, so that it connects the rest without being one of them. */
export const wasSplitOff = (state: LinkerState, id: FragmentId): boolean =>
  state.node(id)?.bars.some((bar) => bar.startsWith('0')) ?? false
