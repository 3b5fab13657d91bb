import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { viewColumns } from '#runtime/clickhouse/profile-views.ts'
import { quoteName } from '#runtime/clickhouse/quote.ts'
import { timeOf } from '../run/sql-time.ts'
import type { Columns } from './watched.ts'

/** Whose rows are counted, and how their values are read as of the run. */
export interface Population {
  readonly from: string
  /** Whose row it is. */
  readonly id: string
  readonly columns: Columns
}

/** Of the query's own parameter, milliseconds. */
export const asOfMs = '{as_of:Int64}'
const asOfTime = timeOf('as_of')

/**
 * `present`: the table of now, its values moved to the as-of, which has just been; one pass, whatever the history. Else what was known then: sorted out
 * of `profile_history`, which costs as much as there is of it.
 */
export function populationOf(
  { features, traits }: Pick<CompiledDefinition, 'features' | 'traits'>,
  present: boolean,
): Population {
  const bare = viewColumns({ features: [], traits: [] }, asOfTime).length
  const all = viewColumns({ features, traits }, asOfTime)
  // What every profile has stands first, but for two columns at the end.
  const shown = all.slice(bare - 2, -2)
  const read = present
    ? (place: number): string => shown[place]?.expression ?? 'NULL'
    : (place: number): string => `p.${quoteName(shown[place]?.name ?? '')}`
  const featurePlaces = new Map(features.map(({ name }, place) => [name, place]))
  const traitPlaces = new Map(traits.map(({ name }, place) => [name, features.length + place]))
  return {
    from: present ? 'profiles AS p FINAL' : `(SELECT * FROM profiles_at(at = ${asOfTime})) AS p`,
    id: 'p.profile_id',
    columns: {
      feature: (name) => read(featurePlaces.get(name) ?? -1),
      trait: (name) => read(traitPlaces.get(name) ?? -1),
      own: (name) => `p.${name}`,
    },
  }
}
