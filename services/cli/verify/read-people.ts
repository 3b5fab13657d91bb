import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { FragmentId, ProfileId } from '#runtime/event/ids.ts'
import { type StoredPerson, timeOf } from './recompute.ts'
import type { StoredEvent } from './stored-event.ts'

interface BaseRow {
  readonly profile_id: ProfileId
  readonly updated_at: string
  readonly definition: string
}

const noExpiry = '1970-01-01T00:00:00.000Z'

/** Rows and events of these profiles; one that has no row any more is left out. */
export async function readPeople(
  clickhouse: ClickHouse,
  ids: readonly string[],
  definitionOf: (version: string) => Promise<CompiledDefinition>,
): Promise<readonly StoredPerson[]> {
  const params = { ids }
  // Rows first: an event that comes in between only makes the recomputed side newer, which the next look finds equal.
  const rows = await clickhouse.query<BaseRow>(
    'SELECT * FROM profiles FINAL WHERE profile_id IN {ids:Array(UUID)}',
    params,
  )
  const fragments = await clickhouse.query<{
    fragment_id: FragmentId
    profile_id: string
    expired_at: string
  }>(
    'SELECT fragment_id, profile_id, expired_at FROM profile_identifiers FINAL WHERE profile_id IN {ids:Array(UUID)}',
    params,
  )
  const ownerOf = new Map(fragments.map(({ fragment_id, profile_id }) => [fragment_id, profile_id]))
  const events = await clickhouse.query<StoredEvent>(
    `SELECT * FROM events FINAL WHERE fragment_id IN
       (SELECT fragment_id FROM profile_identifiers FINAL WHERE profile_id IN {ids:Array(UUID)})
     SETTINGS ${withinPartitions}`,
    params,
  )
  // What was received by then was of a life that expired.
  const expiredAt = new Map(
    fragments.map(({ fragment_id, expired_at }) => [fragment_id, expired_at]),
  )
  const eventsOf = Map.groupBy(
    events.filter(
      ({ fragment_id, received_at }) =>
        timeOf(received_at) > timeOf(expiredAt.get(fragment_id) ?? noExpiry),
    ),
    ({ fragment_id }) => ownerOf.get(fragment_id),
  )
  return Promise.all(
    rows.map(async (row) => ({
      profile: row.profile_id,
      row: new Map<string, unknown>(Object.entries(row)),
      updatedAt: timeOf(row.updated_at),
      definition: await definitionOf(row.definition),
      events: eventsOf.get(row.profile_id) ?? [],
    })),
  )
}

/** Profile ids to look at. */
export async function sampleProfiles(
  clickhouse: ClickHouse,
  size: number,
): Promise<readonly string[]> {
  const rows = await clickhouse.query<{ profile_id: string }>(
    'SELECT profile_id FROM profiles FINAL ORDER BY rand() LIMIT {size:UInt32}',
    { size },
  )
  return rows.map(({ profile_id }) => profile_id)
}
