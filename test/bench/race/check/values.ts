import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { Installation } from '../../../support/pipeline/install.ts'
import { eventsOf, type StreamPlan } from '../stream/plan.ts'

/** Columns of a row of `profiles` that hold features, by name. */
export type FeatureColumns = Readonly<Record<string, unknown>>

/** Feature columns of everybody's profile, by the person's number. */
export type PeopleValues = ReadonlyMap<number, FeatureColumns>

const toleranceRelative = 1e-9

async function rowsById(clickhouse: ClickHouse): Promise<ReadonlyMap<string, FeatureColumns>> {
  const rows = await clickhouse.query<Record<string, unknown> & { readonly profile_id: string }>(
    'SELECT * FROM profiles FINAL',
  )
  return new Map(rows.map(({ profile_id, ...row }) => [profile_id, featuresIn(row)]))
}

const featuresIn = (row: Readonly<Record<string, unknown>>): FeatureColumns =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name.startsWith('f_')))

/** What Tributary stored of each person, found by an identifier of the person's first event. */
export async function valuesOfTributary(
  { clickhouse, pseudonymiser }: Installation,
  plan: StreamPlan,
): Promise<PeopleValues> {
  const rows = await rowsById(clickhouse)
  const assigned = await clickhouse.query<{
    readonly fragment_id: string
    readonly profile_id: string
  }>('SELECT fragment_id, profile_id FROM profile_identifiers FINAL WHERE deleted = 0')
  const profileOf = new Map(assigned.map((one) => [one.fragment_id, one.profile_id]))
  const values = new Map<number, FeatureColumns>()
  for (const { event, firstPerson } of eventsOf(plan)) {
    const person = firstPerson + event.person
    const [identifier] = event.identifiers
    if (values.has(person) || identifier === undefined) continue
    const row = rows.get(profileOf.get(pseudonymiser.fragmentId(...identifier)) ?? '')
    if (row !== undefined) values.set(person, row)
  }
  return values
}

/** Where the profiles of a contestant that was told who is who differ from Tributary's. */
export async function problemsByValues(
  clickhouse: ClickHouse,
  ours: PeopleValues,
  profileIdOf: (person: number) => string,
): Promise<readonly string[]> {
  const rows = await rowsById(clickhouse)
  const problems: string[] = []
  if (rows.size !== ours.size) problems.push(`${rows.size} profiles, ${ours.size} of Tributary`)
  let people = 0
  let first: string | undefined
  for (const [person, own] of ours) {
    const different = differences(own, rows.get(profileIdOf(person)) ?? {})
    if (different.length > 0) people += 1
    first ??= different[0]
  }
  if (people > 0) problems.push(`${people} profiles differ from Tributary's, ${first} first`)
  return problems
}

/** Names of our columns that are not the same in another's row: numbers to 1e-9, texts that are numbers as numbers, everything else as it stands. */
export const differences = (ours: FeatureColumns, theirs: FeatureColumns): readonly string[] =>
  Object.entries(ours).flatMap(([name, value]) => (agree(value, theirs[name]) ? [] : [name]))

function agree(a: unknown, b: unknown): boolean {
  if (a === null || b === null || a === undefined || b === undefined)
    return (a ?? null) === (b ?? null)
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, n) => agree(one, b[n]))
  if (typeof a === 'object' && typeof b === 'object')
    return agree(Object.values(a), Object.values(b))
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x !== null && y !== null)
    return Math.abs(x - y) <= toleranceRelative * Math.max(1, Math.abs(x), Math.abs(y))
  return a === b
}

/** Whole numbers and decimals of ClickHouse come as text. */
function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.trim() === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}
