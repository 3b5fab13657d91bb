import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { fixedNames } from '#runtime/clickhouse/profile-views.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { featureColumn, traitColumn } from '#schemas/clickhouse/columns.ts'

/** How the values of a column compare: by their order, by the share that each has, or the keys of a list by theirs. */
export type Comparable = 'number' | 'moment' | 'label' | 'keys'

export interface ShownColumn {
  /** As rules write it: `orders`, `traits.country`. */
  readonly name: string
  /** In `profiles_now`. */
  readonly column: string
  readonly comparable: Comparable
}

/** By the column's type, so that a feature of any kind is compared as what it shows. Undefined: not at all. */
function comparableOf(type: string): Comparable | undefined {
  const inner = /^Nullable\((.*)\)$/.exec(type)?.[1] ?? type
  if (/^(Float|U?Int|Decimal)/.test(inner)) return 'number'
  if (inner.startsWith('DateTime64')) return 'moment'
  if (inner === 'String' || inner === 'Bool') return 'label'
  return inner.startsWith('Array(Tuple(key String, ') ? 'keys' : undefined
}

/** Features and traits of a file that `profiles_now` shows; what was never deployed has no column yet. */
export async function shownColumns(
  clickhouse: Pick<ClickHouse, 'query' | 'database'>,
  { features, traits }: Pick<CompiledDefinition, 'features' | 'traits'>,
): Promise<readonly ShownColumn[]> {
  const rows = await clickhouse.query<{ name: string; type: string }>(
    `SELECT name, type FROM system.columns WHERE database = {database:String} AND table = 'profiles_now'`,
    { database: clickhouse.database },
  )
  const types = new Map(rows.map(({ name, type }) => [name, type]))
  const names = new Set(features.map(({ name }) => name))
  // A plain name gives way to a column that has it already, as in the view.
  const wanted = [
    ...features.map(({ name }) => ({
      name,
      column: fixedNames.has(name) ? featureColumn(name) : name,
    })),
    // What is kept sealed has no values to compare, and plain ones of it belong to nobody's report.
    ...traits
      .filter(({ keep }) => keep === null)
      .map(({ name }) => ({
        name: `traits.${name}`,
        column: fixedNames.has(name) || names.has(name) ? traitColumn(name) : name,
      })),
  ]
  return wanted.flatMap(({ name, column }) => {
    const comparable = comparableOf(types.get(column) ?? '')
    return comparable === undefined ? [] : [{ name, column, comparable }]
  })
}
