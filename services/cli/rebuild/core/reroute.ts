import type { Pseudonym, RoutedEvent } from '#runtime/event/event.ts'
import { type FragmentId, typeOf } from '#runtime/event/ids.ts'
import { homeOf, partitionOfEvent } from '#runtime/pseudonym/pseudonym.ts'

/** An event under the next generation's rules, and the partition that it belongs to there. */
export interface Rerouted {
  readonly partition: number
  readonly event: RoutedEvent
}

export interface Rerouter {
  readonly event: (event: RoutedEvent) => Rerouted
  readonly home: (fragment: FragmentId) => number
}

/**
 * Finds the fragment and the home that an event has in the next generation, as a channel would: its best usable identifier by the next
 * order of priority. What was judged to be junk when it was read stays that; the value itself is not known any more.
 * @param types Identifier types of the next definition's policy, best first. Identifiers of other types go no further.
 */
export function createRerouter(types: readonly string[], partitions: number): Rerouter {
  const ranks = new Map(types.map((type, rank) => [type, rank]))
  const rankOf = ({ id }: Pseudonym): number => ranks.get(typeOf(id)) ?? Number.POSITIVE_INFINITY
  const byRankThenId = (a: Pseudonym, b: Pseudonym): number =>
    rankOf(a) - rankOf(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  const home = (fragment: FragmentId): number => homeOf(fragment, partitions)
  return {
    home,
    event(event) {
      const identifiers = event.identifiers
        .filter(({ id }) => ranks.has(typeOf(id)))
        .toSorted(byRankThenId)
      const fragment = identifiers.find(({ blocked }) => blocked === null)?.id ?? null
      return {
        partition:
          fragment === null ? partitionOfEvent(event.eventKey, partitions) : home(fragment),
        event: { ...event, identifiers, fragment },
      }
    },
  }
}
