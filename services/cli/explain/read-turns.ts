import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { Because } from '../../profiles/core/segments/because.ts'
import { becauseIn } from './read-memberships.ts'

/** An entry or exit that was decided. Times are ISO 8601. */
export interface Turn {
  readonly to: string
  readonly at: string
  readonly cause: string
  readonly rule_version: string
  readonly because: Because
}

/** What of the entries and exits into one segment lies around a time. */
export interface Turns {
  /** The last one by then; null: none is kept. */
  readonly last: Turn | null
  /** The first one after it. */
  readonly next: Turn | null
  readonly entered_at: string | null
  readonly exited_at: string | null
}

type Columns<Side extends 'last' | 'next'> = {
  readonly [Name in keyof Turn as `${Side}_${Name}`]: string
}
interface Row extends Columns<'last'>, Columns<'next'> {
  readonly segment: string
  readonly before: string
  readonly after: string
  readonly entered_at: string | null
  readonly exited_at: string | null
}

/** SQL: the time that is asked about. */
export const moment = "{at:DateTime64(3, 'UTC')}"
const names = ['to', 'at', 'cause', 'rule_version', 'because'] as const
const picked = (side: 'last' | 'next', pick: string, when: string): string =>
  names
    .map((name) => `${pick}(c.${name}, (c.version, c.seq), ${when}) AS ${side}_${name}`)
    .join(', ')

/** Entries and exits of one profile, by segment. */
export async function readTurns(
  clickhouse: ClickHouse,
  profile: string,
  at: Date,
): Promise<ReadonlyMap<string, Turns>> {
  const rows = await clickhouse.query<Row>(
    `SELECT c.segment AS segment, countIf(c.at <= ${moment}) AS before, countIf(c.at > ${moment}) AS after,
       maxOrNullIf(c.at, c.at <= ${moment} AND c.to = 'entered') AS entered_at,
       maxOrNullIf(c.at, c.at <= ${moment} AND c.to = 'exited') AS exited_at,
       ${picked('last', 'argMaxIf', `c.at <= ${moment}`)},
       ${picked('next', 'argMinIf', `c.at > ${moment}`)}
     FROM segment_changes AS c WHERE c.profile_id = {id:UUID} GROUP BY c.segment`,
    { id: profile, at },
  )
  return new Map(rows.map((row) => [row.segment, turnsOf(row)]))
}

const turnsOf = (row: Row): Turns => ({
  last:
    Number(row.before) === 0
      ? null
      : {
          to: row.last_to,
          at: row.last_at,
          cause: row.last_cause,
          rule_version: row.last_rule_version,
          because: becauseIn(row.last_because),
        },
  next:
    Number(row.after) === 0
      ? null
      : {
          to: row.next_to,
          at: row.next_at,
          cause: row.next_cause,
          rule_version: row.next_rule_version,
          because: becauseIn(row.next_because),
        },
  entered_at: row.entered_at,
  exited_at: row.exited_at,
})
