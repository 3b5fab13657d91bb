import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { RowKey } from '#runtime/generation/index.ts'
import { rowVersion } from '#runtime/log/version.ts'
import type { StoredEvent } from '../../verify/stored-event.ts'
import type { FedRow } from '../generations.ts'

/** Rows of one statement: what ClickHouse sorts at once, and how long one answer may take. */
const rowsPerStatement = 500_000

interface StoredRow extends StoredEvent {
  readonly log_time: string
  readonly partition: number
  readonly version: string
  readonly origin: string
  /** Int64 as text. */
  readonly origin_offset: string
  readonly origin_index: number
}

/**
 * Rows of `events` with a frame offset in [from, until) of their partition, in the order of their log time; equal times by partition and
 * version. Each once, though a replay may have written it twice.
 */
export async function* readRows(
  clickhouse: ClickHouse,
  generation: number,
  from: readonly number[],
  until: readonly number[],
  after: RowKey | null,
): AsyncGenerator<FedRow> {
  const bounds = boundsOf(generation, from, until)
  for (let last = after; ; ) {
    let count = 0
    for await (const row of clickhouse.stream<StoredRow>(statement(bounds), {
      time: last?.logTime ?? -1,
      partition: last?.partition ?? 0,
      version: last?.version ?? '0',
    })) {
      count += 1
      const key = keyOf(row)
      if (last !== null && isSame(key, last)) continue
      last = key
      yield {
        key,
        event: row,
        origin: row.origin,
        originOffset: Number(row.origin_offset),
        originIndex: row.origin_index,
      }
    }
    if (count < rowsPerStatement) return
  }
}

/** Numbers stand in the text: as parameters, those of many partitions would not fit into a URL. */
const boundsOf = (
  generation: number,
  from: readonly number[],
  until: readonly number[],
): { readonly from: string; readonly until: string } => {
  const versions = (offsets: readonly number[]): string =>
    `[${offsets.map((offset) => `toUInt64(${rowVersion(generation, offset, 0)})`).join(', ')}]`
  return { from: versions(from), until: versions(until) }
}

const statement = ({ from, until }: { readonly from: string; readonly until: string }): string => `
SELECT fragment_id, event_id, event_key, channel, source, type, occurred_at, received_at, identifiers, traits, trait_kind, party, consent,
  machine, properties, schema_id, unknown_type, flags, definition, log_time, partition, version, origin, origin_offset, origin_index
FROM events
WHERE version >= arrayElement(${from}, partition + 1) AND version < arrayElement(${until}, partition + 1)
  AND (toUnixTimestamp64Milli(log_time), partition, version) > ({time:Int64}, {partition:UInt16}, {version:UInt64})
ORDER BY log_time, partition, version
LIMIT ${rowsPerStatement}
SETTINGS max_bytes_before_external_sort = 1000000000`

const keyOf = ({ log_time: time, partition, version }: StoredRow): RowKey => ({
  logTime: epochMs(Date.parse(time)),
  partition,
  version,
})

const isSame = (a: RowKey, b: RowKey): boolean =>
  a.logTime === b.logTime && a.partition === b.partition && a.version === b.version
