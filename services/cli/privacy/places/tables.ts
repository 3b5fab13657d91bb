import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { type BoundPart, inDays } from '../bound.ts'

const hourMs = 3_600_000

/**
 * How long ClickHouse keeps the files of parts that a deletion wrote anew, and rows of dead letters whose person is unknown. The deletion
 * itself is part of the erasure.
 */
export async function readTableBound(clickhouse: ClickHouse): Promise<readonly BoundPart[]> {
  const [setting] = await clickhouse.query<{ readonly value: string }>(
    "SELECT value FROM system.merge_tree_settings WHERE name = 'old_parts_lifetime'",
  )
  const oldPartsMs = Number(setting?.value ?? 480) * 1000
  const [letters] = await clickhouse.query<{ readonly seconds: string }>(
    `SELECT extract(engine_full, ' TTL .*?toIntervalSecond\\\\(([0-9]+)\\\\)') AS seconds FROM system.tables
     WHERE database = {database:String} AND name = 'dead_letters'`,
    { database: clickhouse.database },
    { withoutDatabase: true },
  )
  const seconds = letters?.seconds ?? ''
  return [
    {
      place: hotKeys,
      ms: hotKeysMs + mergeMs,
      why: 'table pipeline_health keeps them for 7 d; a minute that was not over is told of after the erasure, and the next sweep deletes it',
    },
    {
      place: 'files of replaced parts',
      ms: oldPartsMs + hourMs,
      why: `ClickHouse removes the parts that a deletion replaced after ${Math.round(oldPartsMs / 1000)} s (old_parts_lifetime)`,
    },
    seconds === ''
      ? {
          place: 'dead letters whose person is unknown',
          ms: null,
          why: 'table dead_letters keeps them for ever: set retention.dead_letters in the pipeline file',
        }
      : {
          place: 'dead letters whose person is unknown',
          ms: Number(seconds) * 1000 + mergeMs,
          why: `table dead_letters keeps them for ${inDays(Number(seconds) * 1000)} (retention.dead_letters)`,
        },
  ]
}

export const hotKeys = 'names of hot keys'
/** TTL of `pipeline_health`. */
const hotKeysMs = 7 * 24 * hourMs

/** Expired rows go with a merge; ClickHouse tries every four hours (merge_with_ttl_timeout). */
const mergeMs = 8 * hourMs
