import type { ClickHouse } from '#runtime/clickhouse/index.ts'

type Row = Readonly<Record<string, unknown>>

/** What an installation knows of people, without anything that depends on when or in which order it learnt it. */
export interface Contents {
  /** Profile, named by its sorted members, → its row without id, version and time of writing. */
  readonly profiles: ReadonlyMap<string, Row>
  /** `<members> <segment>` of every membership that holds. */
  readonly memberships: ReadonlySet<string>
}

const ofOrder = new Set(['profile_id', 'version', 'updated_at', 'members', 'deleted'])

export async function readContents(
  clickhouse: ClickHouse,
  segments: ReadonlySet<string>,
): Promise<Contents> {
  const rows = await clickhouse.query<
    Row & { readonly profile_id: string; readonly members: readonly string[] }
  >('SELECT * FROM profiles FINAL WHERE deleted = 0')
  const nameOf = new Map(
    rows.map(({ profile_id, members }) => [profile_id, members.toSorted().join(' ')]),
  )
  const memberships = await clickhouse.query<{
    readonly profile_id: string
    readonly segment: string
  }>('SELECT profile_id, segment FROM segment_memberships FINAL WHERE member = 1')
  return {
    profiles: new Map(
      rows.map((row) => [
        nameOf.get(row.profile_id) ?? '',
        Object.fromEntries(Object.entries(row).filter(([column]) => !ofOrder.has(column))),
      ]),
    ),
    memberships: new Set(
      memberships
        .filter(({ segment }) => segments.has(segment))
        .map(({ profile_id, segment }) => `${nameOf.get(profile_id) ?? profile_id} ${segment}`),
    ),
  }
}

/** Every difference in words; empty: the same. */
export function differences(a: Contents, b: Contents): readonly string[] {
  const found: string[] = []
  for (const name of new Set([...a.profiles.keys(), ...b.profiles.keys()])) {
    const [left, right] = [a.profiles.get(name), b.profiles.get(name)]
    if (left === undefined || right === undefined) {
      found.push(`profile ${name}: only in the ${left === undefined ? 'second' : 'first'}`)
      continue
    }
    for (const column of Object.keys(left))
      if (!agree(left[column], right[column]))
        found.push(
          `profile ${name}: ${column} ${JSON.stringify(left[column])} ≠ ${JSON.stringify(right[column])}`,
        )
  }
  for (const one of a.memberships.symmetricDifference(b.memberships))
    found.push(`membership ${one}: only in the ${a.memberships.has(one) ? 'first' : 'second'}`)
  return found
}

const relativeTolerance = 1e-9

/** Equal, but for the last digits of sums that were added in another order. */
function agree(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return Math.abs(a - b) <= relativeTolerance * Math.max(1, Math.abs(a), Math.abs(b))
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => agree(one, b[index]))
  if (isObject(a) && isObject(b)) {
    const names = Object.keys(a)
    return names.length === Object.keys(b).length && names.every((name) => agree(a[name], b[name]))
  }
  return a === b
}

const isObject = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
