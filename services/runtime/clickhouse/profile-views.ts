import {
  featureColumn,
  featureColumns,
  firstAtColumn,
  type GeneratedColumn,
  halfLifeColumn,
  refTimeColumn,
  traitColumn,
  traitColumns,
} from '#schemas/clickhouse/columns.ts'
import type { CompiledFeature, CompiledTrait } from '../definition/compiled.ts'
import type { PipelineDefinition } from '../definition/schema.ts'
import type { Retention } from './migrate-retention.ts'
import { quoteName, quoteText } from './quote.ts'

/** The parts of a definition that have columns. */
export interface ColumnSource {
  readonly features: readonly CompiledFeature[]
  readonly traits: readonly CompiledTrait[]
  readonly definition?: {
    readonly retention: Retention
    readonly privacy?: Pick<PipelineDefinition['privacy'], 'min_group'>
  }
}

interface ViewColumn extends GeneratedColumn {
  readonly expression: string
}

/** Qualified, since ClickHouse else prefers an alias of the same name. */
const sourceColumn = (name: string): string => `p.${quoteName(name)}`

const provenance =
  "Map(LowCardinality(String), Tuple(source LowCardinality(String), kind LowCardinality(String), party LowCardinality(String), at DateTime64(3, 'UTC')))"

const baseColumns: readonly ViewColumn[] = [
  ['profile_id', 'UUID', "Birth id of the profile's representative fragment"],
  ['version', 'UInt64', 'Position of the message that made the row, in the log of its owner'],
  ['updated_at', "DateTime64(3, 'UTC')", 'Log time of that message'],
  ['first_seen', "Nullable(DateTime64(3, 'UTC'))", 'Time of the oldest event'],
  ['last_seen', "Nullable(DateTime64(3, 'UTC'))", 'Time of the newest event'],
  ['events', 'UInt64', 'Number of events of all members'],
  ['members', 'Array(String)', 'Fragments that the profile is the sum of'],
  ['definition', 'Int64', 'Version of the pipeline file in force'],
  [
    'consent',
    'Map(LowCardinality(String), LowCardinality(String))',
    'Purpose to given, denied, unanswered or basis',
  ],
].map(([name = '', type = '', comment = '']) => ({
  name,
  type,
  comment,
  expression: sourceColumn(name),
}))

const endColumns = (asOf: string): readonly ViewColumn[] => [
  {
    name: 'trait_provenance',
    type: provenance,
    comment: 'Trait to source, kind, party and time of the value shown',
    expression: sourceColumn('trait_provenance'),
  },
  {
    name: 'as_of',
    type: "DateTime64(3, 'UTC')",
    comment: 'Time to which decayed features are decayed',
    expression: asOf,
  },
]

/** Present state: FINAL, decayed to the time of the query. */
export function profilesNow(source: ColumnSource): string {
  // A scalar subquery runs once; each now64() would be a moment of its own. No feature can have this name.
  const columns = viewColumns(source, '__as_of')
  return `CREATE OR REPLACE VIEW {database}.profiles_now {cluster}
${declared(columns)}
AS WITH assumeNotNull((SELECT now64(3, 'UTC'))) AS __as_of
SELECT
${selected(columns)}
FROM {database}.profiles AS p FINAL
SETTINGS ${pointFilterFirst}`
}

/**
 * A condition on the key is asked before the other columns are read, in each part: a profile is in few of them. Of FINAL only conditions on the key are moved,
 * so that no older version can come to light.
 */
const pointFilterFirst = 'optimize_move_to_prewhere_if_final = 1'

/**
 * State as it was known at a time: of each profile the last row by then, decayed to then. Where the history expires, a profile that has
 * not changed since is still in `profiles`; one that was silent for longer than the retention and changed after `at` is not known any more.
 */
export function profilesAt(source: ColumnSource): string {
  const columns = viewColumns(source, "{at:DateTime64(3, 'UTC')}")
  const names = storedColumns(source).map(quoteName).join(', ')
  const expires = source.definition?.retention.profile_history !== undefined
  const history = ['profile_history', ...(expires ? ['profiles FINAL'] : [])].map(
    (table) =>
      `        SELECT ${names} FROM {database}.${table} WHERE updated_at <= {at:DateTime64(3, 'UTC')}`,
  )
  return `CREATE OR REPLACE VIEW {database}.profiles_at {cluster}
AS SELECT
${selected(columns)}
FROM
(
    SELECT * FROM
    (
${history.join('\n        UNION ALL\n')}
    )
    ORDER BY profile_id DESC, version DESC
    LIMIT 1 BY profile_id
) AS p
WHERE p.deleted = 0`
}

/** Columns of `profiles` and `profile_history`, by name: two tables need not have them in the same order. */
const storedColumns = ({ features, traits }: ColumnSource): readonly string[] => [
  ...baseColumns.map(({ name }) => name),
  'deleted',
  'trait_provenance',
  ...[...features.flatMap(featureColumns), ...traits.flatMap(traitColumns)].map(({ name }) => name),
]

/** Columns that the views have whatever a definition says. */
export const fixedNames: ReadonlySet<string> = new Set(
  [...baseColumns, ...endColumns('')].map(({ name }) => name),
)

/** Columns of the views in order. A feature's or trait's plain name gives way to a column that has it already. */
export function viewColumns(
  { features, traits }: ColumnSource,
  asOf: string,
): readonly ViewColumn[] {
  const taken = new Set(fixedNames)
  const named = (plain: string, fallback: string): string => {
    const name = taken.has(plain) ? fallback : plain
    taken.add(name)
    return name
  }
  const shown: ViewColumn[] = []
  for (const feature of features) {
    const [column] = featureColumns(feature)
    if (column === undefined) continue
    shown.push({
      name: named(feature.name, featureColumn(feature.name)),
      type: shownType(feature, column.type),
      comment:
        feature.unit === null ? feature.description : `${feature.description} (${feature.unit})`,
      expression: featureExpression(feature, asOf),
    })
  }
  for (const trait of traits) {
    for (const column of traitColumns(trait)) {
      const name = named(trait.name, traitColumn(trait.name))
      shown.push({ ...column, name, expression: sourceColumn(column.name) })
    }
  }
  return [...baseColumns, ...shown, ...endColumns(asOf)]
}

/** A column as of a moment has one value where the table has one for each. */
function shownType({ shape }: CompiledFeature, stored: string): string {
  if (shape === 'rate') return 'Nullable(Float64)'
  return shape === 'steps'
    ? stored.replace(/^Array\(Tuple\(from .*, value (Nullable\(.*\))\)\)$/, '$1')
    : stored
}

function featureExpression({ name, shape }: CompiledFeature, asOf: string): string {
  const value = sourceColumn(featureColumn(name))
  switch (shape) {
    case 'decayed':
      return `${value} * ${decay(name, asOf)}`
    case 'ranked':
      return `arrayMap(e -> CAST((e.key, e.weight * ifNull(${decay(name, asOf)}, 1)), 'Tuple(key String, weight Float64)'), ${value})`
    case 'steps':
      // Nobody asks about a time before the first step but by a few minutes (facts are never older than their row). Of no steps the last is null.
      return `arrayLast(e -> e.from <= greatest(${asOf}, ${value}[1].from), ${value}).value`
    case 'rate':
      return `${value} / greatest(1, (toUnixTimestamp64Milli(${asOf}) - toUnixTimestamp64Milli(${sourceColumn(firstAtColumn(name))})) / 86400000)`
    case 'plain':
    case 'instant':
    case 'shares':
      return value
    default:
      return shape satisfies never
  }
}

/**
 * 2^(−(asOf − refTime) / halfLife), by the half-life that the row was made with; before the reference time 1, never more. In as few steps as
 * can be: planning them is the greater part of a look-up.
 */
function decay(name: string, asOf: string): string {
  const refTime = `toUnixTimestamp64Milli(${sourceColumn(refTimeColumn(name))})`
  return `exp2(least(0, ${refTime} - toUnixTimestamp64Milli(${asOf})) / ${sourceColumn(halfLifeColumn(name))})`
}

const declared = (columns: readonly ViewColumn[]): string =>
  `(\n${columns
    .map(
      ({ name, type, comment }) => `    ${quoteName(name)} ${type} COMMENT ${quoteText(comment)}`,
    )
    .join(',\n')}\n)`

const selected = (columns: readonly ViewColumn[]): string =>
  columns.map(({ name, expression }) => `    ${expression} AS ${quoteName(name)}`).join(',\n')
