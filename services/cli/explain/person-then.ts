import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'
import { type EpochMs, epochMs, type FragmentId, type ProfileId } from '#runtime/event/ids.ts'
import { storedRowAt } from '../profile/read-profile.ts'
import type { Definitions } from '../verify/definitions.ts'
import { type StoredPerson, timeOf } from '../verify/recompute.ts'
import type { StoredEvent } from '../verify/stored-event.ts'
import { moment } from './read-turns.ts'

/**
 * One person as the tables knew her at a time: the row of then with the definition that it was made by, and those events of its members that had been applied. A
 * profile that there was not, or of which no row is kept, is null.
 */
export async function readPersonThen(
  clickhouse: ClickHouse,
  profile: string,
  at: Date,
  definitionOf: Definitions['load'],
): Promise<StoredPerson | null> {
  const row = await storedRowAt(clickhouse, profile, at)
  if (row === null || row.deleted === 1) return null
  const params = { members: row.members, at }
  const ends = await livesEnded(clickhouse, params)
  const events = await clickhouse.query<StoredEvent>(
    `SELECT * FROM events FINAL WHERE fragment_id IN {members:Array(String)} AND log_time <= ${moment}
     SETTINGS ${withinPartitions}`,
    params,
  )
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it is stored
    profile: row.profile_id as ProfileId,
    row: new Map<string, unknown>(Object.entries(row)),
    updatedAt: timeOf(row.updated_at),
    definition: await definitionOf(row.definition),
    events: events.filter(
      ({ fragment_id: fragment, received_at: received }) =>
        timeOf(received) > (ends.get(fragment) ?? 0),
    ),
  }
}

/** What was received by then was, at that time, of a life that had expired. */
async function livesEnded(
  clickhouse: ClickHouse,
  params: Readonly<Record<string, unknown>>,
): Promise<ReadonlyMap<FragmentId, EpochMs>> {
  const rows = await clickhouse.query<{ readonly fragment_id: FragmentId; readonly ended: string }>(
    ['profile_identifier_history', 'profile_identifiers']
      .map(
        (table) => `SELECT fragment_id, max(expired_at) AS ended FROM ${table}
         WHERE fragment_id IN {members:Array(String)} AND assigned_at <= ${moment} GROUP BY fragment_id`,
      )
      .join(' UNION ALL '),
    params,
  )
  const ends = new Map<FragmentId, EpochMs>()
  for (const { ended, fragment_id: fragment } of rows)
    ends.set(fragment, epochMs(Math.max(timeOf(ended), ends.get(fragment) ?? 0)))
  return ends
}
