import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { Mutate } from './mutations.ts'
import { type ErasedLife, paramsOf } from './lives.ts'
import { jointHistory, partedFrom } from './rules.ts'

const reasonsAtOnce = 100
const tables = ['segment_memberships', 'segment_transitions'] as const

interface Decided {
  readonly profile_id: string
  readonly version: string
}

/** What others were told as reasons while they were one person with the erased: values of both. */
export async function forgetJointReasons(
  clickhouse: ClickHouse,
  lives: readonly ErasedLife[],
  mutate: Mutate,
): Promise<void> {
  const rows = [
    ...(await clickhouse.query<Decided>(
      `SELECT DISTINCT profile_id, version FROM profile_history WHERE ${jointHistory}`,
      paramsOf(lives),
    )),
    ...(await decidedLongAgo(clickhouse, lives)),
  ]
  for (let from = 0; from < rows.length; from += reasonsAtOnce) {
    const some = rows.slice(from, from + reasonsAtOnce)
    const params = {
      q: [...new Set(some.map(({ profile_id: id }) => id))],
      v: some.map(({ version }) => BigInt(version)),
    }
    const where = `profile_id IN {q:Array(UUID)} AND version IN {v:Array(UInt64)} AND because != '{}'`
    for (const table of tables) {
      const [found] = await clickhouse.query<{ readonly n: string }>(
        `SELECT count() AS n FROM ${table} WHERE ${where}`,
        params,
      )
      if (Number(found?.n) > 0)
        await mutate(
          clickhouse,
          `ALTER TABLE ${table} UPDATE because = '{}' WHERE ${where}`,
          params,
        )
    }
  }
}

/** A split reaches the owners after it was decided. Of what is so old too much may be forgotten, and too little not. */
const marginMs = 3_600_000

/**
 * Reasons live longer than the history that says of which time they are, and a membership has no end at all. Of profiles that the erased was joined to or parted
 * from, everything by then counts of which no state is kept any more.
 */
async function decidedLongAgo(
  clickhouse: ClickHouse,
  lives: readonly ErasedLife[],
): Promise<readonly Decided[]> {
  const others = `SELECT toUUID(q) AS profile_id, max(toUnixTimestamp64Milli(at)) AS last
    FROM identity_decisions ARRAY JOIN if(length(after) < length(before), after, before) AS q
    WHERE ${partedFrom} GROUP BY profile_id`
  const ofThem = `profile_id IN (SELECT profile_id FROM (${others}))`
  const reasons = `SELECT profile_id, version, toUnixTimestamp64Milli(at) AS since FROM segment_transitions WHERE ${ofThem} AND because != '{}'
    UNION ALL
    SELECT profile_id, version, toUnixTimestamp64Milli(greatest(ifNull(entered_at, toDateTime64(0, 3, 'UTC')), ifNull(exited_at, toDateTime64(0, 3, 'UTC')))) AS since
    FROM segment_memberships WHERE ${ofThem} AND because != '{}'`
  return clickhouse.query<Decided>(
    `SELECT DISTINCT r.profile_id AS profile_id, r.version AS version
     FROM (${reasons}) AS r INNER JOIN (${others}) AS o ON o.profile_id = r.profile_id
     WHERE r.since <= o.last + ${marginMs}
       AND (r.profile_id, r.version) NOT IN (SELECT profile_id, version FROM profile_history WHERE ${ofThem})`,
    paramsOf(lives),
  )
}
