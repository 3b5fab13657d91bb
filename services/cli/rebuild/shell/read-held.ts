import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { quoteName } from '#runtime/clickhouse/quote.ts'
import type { ProfileId } from '#runtime/event/ids.ts'
import type { HeldProfile } from '../ports.ts'

/** Rows of both tables meet in the database: what is alike never leaves it. */
export async function* readHeld(
  now: Pick<ClickHouse, 'stream' | 'database'>,
  before: Pick<ClickHouse, 'database'>,
): AsyncGenerator<HeldProfile> {
  const [is, was] = [now, before].map(
    ({ database }) => `${quoteName(database)}.segment_memberships`,
  )
  const rows = now.stream<{ profile_id: ProfileId; segments: readonly string[] }>(
    `SELECT profile_id, arraySort(groupArrayIf(segment, was = 1)) AS segments
     FROM (
       SELECT profile_id, segment, max(before) AS was, max(now) AS is
       FROM (
         SELECT profile_id, segment, member AS before, 0 AS now FROM ${was} FINAL
         UNION ALL
         SELECT profile_id, segment, 0 AS before, member AS now FROM ${is} FINAL
       )
       GROUP BY profile_id, segment
     )
     GROUP BY profile_id
     HAVING max(was != is)
     ORDER BY profile_id`,
  )
  for await (const { profile_id: profile, segments } of rows) yield { profile, segments }
}
