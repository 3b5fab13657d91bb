import type { FragmentId } from '#runtime/event/ids.ts'
import { leadsTo, type LoggedRecord } from '../refold/logged-record.ts'
import { cheapestFirst } from './cheapest-first.ts'
import { namedBy } from './views.ts'

/** One step along a record that names two identifiers, whatever the rules made of it. */
export interface UnruledHop {
  readonly from: FragmentId
  readonly to: FragmentId
  readonly record: LoggedRecord
  /** The record flags one of the two as junk. */
  readonly junk: boolean
}

/** Junk weighs more than any number of steps from one profile to another, and such a step more than any number of steps. */
const junkCost = 2 ** 40
const crossingCost = 2 ** 20

/**
 * The way from one to the other that meets the fewest obstacles, when every record is taken at its word. null: nothing ever named both,
 * not even over others. `sideOf`: the profile of an identifier.
 */
export function unruledPath(
  records: readonly LoggedRecord[],
  start: FragmentId,
  end: FragmentId,
  sideOf: (id: FragmentId) => FragmentId,
): readonly UnruledHop[] | null {
  const naming = indexOf(records)
  const costs = new Map<FragmentId, number>([[start, 0]])
  const hops = new Map<FragmentId, UnruledHop>()
  const settled = new Set<FragmentId>()
  const queue = cheapestFirst<FragmentId>()
  queue.add(0, start)
  for (let from = queue.take(); from !== undefined && from !== end; from = queue.take()) {
    if (settled.has(from)) continue
    settled.add(from)
    for (const record of naming.get(from) ?? []) {
      const usable = new Set(leadsTo(record))
      for (const to of namedBy(record)) {
        if (settled.has(to)) continue
        const junk = !usable.has(from) || !usable.has(to)
        const crossing = sideOf(from) === sideOf(to) ? 0 : crossingCost
        const cost = (costs.get(from) ?? 0) + 1 + crossing + (junk ? junkCost : 0)
        if (cost >= (costs.get(to) ?? Number.POSITIVE_INFINITY)) continue
        costs.set(to, cost)
        hops.set(to, { from, to, record, junk })
        queue.add(cost, to)
      }
    }
  }
  return hops.has(end) ? wayTo(hops, start, end) : null
}

function wayTo(
  hops: ReadonlyMap<FragmentId, UnruledHop>,
  start: FragmentId,
  end: FragmentId,
): readonly UnruledHop[] {
  const way: UnruledHop[] = []
  for (let at = end; at !== start; ) {
    const hop = hops.get(at)
    if (hop === undefined) return way
    way.unshift(hop)
    at = hop.from
  }
  return way
}

/** Records that could join, by whom they name. */
function indexOf(
  records: readonly LoggedRecord[],
): ReadonlyMap<FragmentId, readonly LoggedRecord[]> {
  const naming = new Map<FragmentId, LoggedRecord[]>()
  for (const logged of records) {
    const { record } = logged
    if (record.kind === 'command' && record.action !== 'merge') continue
    for (const id of namedBy(logged)) {
      const others = naming.get(id)
      if (others === undefined) naming.set(id, [logged])
      else others.push(logged)
    }
  }
  return naming
}
