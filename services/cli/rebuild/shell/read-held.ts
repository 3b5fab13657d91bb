import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { quoteName } from '#runtime/clickhouse/quote.ts'
import type { ProfileId } from '#runtime/event/ids.ts'
import type { HeldProfile } from '../ports.ts'

/** Beyond it the server groups on its disk: there may be many members. */
const groupingBytes = 1024 ** 3

/** Members of both tables meet in the database: who is in the same segments never leaves it. */
export async function* readHeld(
  now: Pick<ClickHouse, 'stream' | 'database'>,
  before: Pick<ClickHouse, 'database'>,
): AsyncGenerator<HeldProfile> {
  const [is, was] = [now, before].map(
    ({ database }) => `${quoteName(database)}.segment_memberships`,
  )
  const rows = now.stream<{ profile_id: ProfileId; was: readonly string[] }>(
    `SELECT profile_id, arraySort(groupArrayIf(segment, before)) AS was
     FROM (
       SELECT profile_id, segment, true AS before FROM ${was} FINAL WHERE member = 1
       UNION ALL
       SELECT profile_id, segment, false AS before FROM ${is} FINAL WHERE member = 1
     )
     GROUP BY profile_id
     HAVING was != arraySort(groupArrayIf(segment, NOT before))
     ORDER BY profile_id
     SETTINGS max_bytes_before_external_group_by = ${groupingBytes}`,
  )
  for await (const { profile_id: profile, was: segments } of rows) yield { profile, segments }
}
