import { type ClickHouse, quoteName } from '#runtime/clickhouse/index.ts'
import { comparedMax, labelsMax, secondsMax } from './bounded.ts'
import type { ShownColumn } from './columns.ts'
import type { Difference, Differences } from './facts.ts'

/** Fewer on one side than this tell nothing: an effect that is called negligible would still be within chance. */
const comparedMin = 30

interface Asked {
  readonly segment: string
  readonly members: number
  readonly population: number
  /** Values that fewer people have are not named: `privacy.min_group`. */
  readonly least: number
  /** What the rules of the segment read, as rules write it. */
  readonly reads: ReadonlySet<string>
}

/**
 * How members differ from everybody else in each feature and trait: Cliff's δ where values have an order (from the U of Mann and Whitney:
 * δ = 2U/(n·m) − 1, free of units and of a few very large values), Cohen's h of the most different share where they don't. Both compare a sample of members
 * with one of the others, so that a small segment in a large population is compared as well as a large one.
 */
export async function readDifferences(
  clickhouse: Pick<ClickHouse, 'query'>,
  columns: readonly ShownColumn[],
  { least, members, population, reads, segment }: Asked,
): Promise<Differences> {
  if (members < comparedMin || population - members < comparedMin) return null
  const params = {
    segment,
    least,
    member_part: partOf(members),
    other_part: partOf(population - members),
  }
  const ordered = columns.filter(
    ({ comparable }) => comparable === 'number' || comparable === 'moment',
  )
  const labelled = columns.filter(
    ({ comparable }) => comparable === 'label' || comparable === 'keys',
  )
  const found: Difference[] = []
  if (ordered.length > 0) {
    const rows = await clickhouse.query<OrderedRow>(orderedQuery(ordered), params)
    for (const { member, name, other, u } of rows) {
      const pairs = Number(member) * Number(other)
      if (Number(member) >= comparedMin && Number(other) >= comparedMin)
        found.push(difference(name, 'cliffs_delta', (2 * u) / pairs - 1, null, reads))
    }
  }
  const rows = await clickhouse.query<LabelRow>(labelsQuery(ordered, labelled), params)
  const strongest = new Map<string, Difference>()
  for (const { members: m, member_rows, name, other_rows, others, value } of rows) {
    if (Math.min(Number(member_rows), Number(other_rows)) < comparedMin) return null
    const h = cohensH(Number(m) / Number(member_rows), Number(others) / Number(other_rows))
    const one = difference(name, 'cohens_h', h, value, reads)
    const known = strongest.get(name)
    if (known === undefined || Math.abs(known.effect) < Math.abs(h)) strongest.set(name, one)
  }
  return [...found, ...strongest.values()].toSorted(
    (a, b) => Math.abs(b.effect) - Math.abs(a.effect) || (a.name < b.name ? -1 : 1),
  )
}

/** Of so many thousandths of a side's profiles, by a hash of their ids. */
const partOf = (size: number): number =>
  Math.min(1000, Math.ceil((1000 * comparedMax) / Math.max(1, size)))

/** The difference of two shares in angles: the same step counts alike near 0, in the middle and near 1. */
export const cohensH = (a: number, b: number): number =>
  2 * Math.asin(Math.sqrt(a)) - 2 * Math.asin(Math.sqrt(b))

const difference = (
  name: string,
  measure: Difference['measure'],
  effect: number,
  value: string | null,
  reads: ReadonlySet<string>,
): Difference => ({
  name,
  measure,
  effect: Math.max(-Math.PI, Math.min(Math.PI, effect)),
  value,
  read: reads.has(name),
})

interface OrderedRow {
  readonly name: string
  readonly member: string
  readonly other: string
  readonly u: number
}

interface LabelRow {
  readonly name: string
  readonly value: string
  readonly members: string
  readonly others: string
  readonly member_rows: string
  readonly other_rows: string
}

const sample = `SELECT *, profile_id IN (SELECT profile_id FROM segment_members WHERE segment = {segment:String}) AS is_member
    FROM profiles_now
    WHERE cityHash64(profile_id) % 1000 < if(is_member, {member_part:UInt32}, {other_part:UInt32})`
const limits = `SETTINGS max_execution_time = ${secondsMax}`

const text = (name: string): string => `'${name}'`
const ofOrder = ({ column, comparable, name }: ShownColumn): string =>
  comparable === 'moment'
    ? `(${text(name)}, toFloat64(toUnixTimestamp64Milli(${quoteName(column)})))`
    : `(${text(name)}, toFloat64(${quoteName(column)}))`

/** U of the members, by the sum of their ranks; equal values share the mean of theirs. */
const orderedQuery = (columns: readonly ShownColumn[]): string =>
  `SELECT name, countIf(is_member) AS member, countIf(NOT is_member) AS other,
     sumIf(place, is_member) - member * (member + 1) / 2 AS u
   FROM (
     SELECT name, is_member, rank() OVER (PARTITION BY name ORDER BY number)
       + (count() OVER (PARTITION BY name, number) - 1) / 2 AS place
     FROM (
       SELECT is_member, tupleElement(pair, 1) AS name, assumeNotNull(tupleElement(pair, 2)) AS number
       FROM (${sample})
       ARRAY JOIN [${columns.map(ofOrder).join(', ')}] AS pair
       WHERE isNotNull(tupleElement(pair, 2))
     )
   ) GROUP BY name ORDER BY name ${limits}`

/** What somebody has no value of counts as the share of those who have one. */
function labelsQuery(ordered: readonly ShownColumn[], labelled: readonly ShownColumn[]): string {
  const values = [
    ...ordered.map(
      ({ column, name }) => `if(isNull(${quoteName(column)}), [], [(${text(name)}, 'is known')])`,
    ),
    ...labelled.map(({ column, comparable, name }) =>
      comparable === 'keys'
        ? `arrayMap(entry -> (${text(name)}, entry.key), ${quoteName(column)})`
        : `if(isNull(${quoteName(column)}), [], [(${text(name)}, assumeNotNull(toString(${quoteName(column)})))])`,
    ),
  ]
  return `WITH s AS (${sample})
   SELECT tupleElement(label, 1) AS name, tupleElement(label, 2) AS value,
     countIf(is_member) AS members, countIf(NOT is_member) AS others,
     (SELECT countIf(is_member) FROM s) AS member_rows, (SELECT countIf(NOT is_member) FROM s) AS other_rows
   FROM s ARRAY JOIN arrayDistinct(arrayConcat(${values.join(', ')})) AS label
   GROUP BY name, value HAVING members + others >= {least:UInt32} ORDER BY members + others DESC, name, value LIMIT ${labelsMax} BY name ${limits}`
}
