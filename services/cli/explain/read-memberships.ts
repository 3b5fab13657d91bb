import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import type { Because } from '../../profiles/core/segments/because.ts'
import type { Membership } from '../../profiles/core/state.ts'

export interface MembershipRow {
  readonly segment: string
  readonly member: number
  readonly entered_at: string | null
  readonly exited_at: string | null
  readonly rule_version: string
  readonly rule_hash: string
  readonly because: string
}

/** What was decided of a profile's segments, as its owner keeps it. */
export async function readMemberships(
  clickhouse: ClickHouse,
  profile: string,
): Promise<ReadonlyMap<string, Membership>> {
  const rows = await clickhouse.query<MembershipRow>(
    `SELECT segment, member, entered_at, exited_at, rule_version, rule_hash, because
     FROM segment_memberships FINAL WHERE profile_id = {id:UUID}`,
    { id: profile },
  )
  return new Map(rows.map((row) => [row.segment, membershipOf(row)]))
}

const timeOf = (iso: string | null) => (iso === null ? null : epochMs(Date.parse(iso)))

export const membershipOf = (row: MembershipRow): Membership => ({
  member: row.member === 1,
  enteredAt: timeOf(row.entered_at),
  exitedAt: timeOf(row.exited_at),
  ruleHash: row.rule_hash,
  definition: definitionVersion(Number(row.rule_version)),
  because: becauseIn(row.because),
})

/** Written by the fold, with JSON.stringify of just this type. */
export function becauseIn(text: string): Because {
  const value: unknown = JSON.parse(text)
  return isBecause(value) ? value : {}
}
const isBecause = (value: unknown): value is Because =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
