import { setTimeout as sleep } from 'node:timers/promises'
import { tableNames } from '#schemas/clickhouse/keys.ts'
import type { TableName } from '#schemas/clickhouse/rows.ts'
import type { ClickHouse } from './client.ts'
import { createRowEncoder, type EncodedRows, type EncodeRows } from './encode-rows.ts'
import { isTributaryError } from '../errors/index.ts'
import type { RowSink, SinkTrouble } from './ports.ts'
import { createTableTypes, type TableTypes } from './native/table-types.ts'
import { createTableLane, type LaneOptions, type TableLane } from './table-lane.ts'

export interface RowSinkOptions {
  /** Rows of one insert at most; ClickHouse likes 10,000 to 100,000. */
  readonly batchRowsMax?: number
  /** Encoded bytes of one insert at most; a single larger row goes alone. */
  readonly batchBytesMax?: number
  /** Fewer rows of one insert than these go as text: what an insert costs by itself outweighs what binary saves. */
  readonly binaryRowsMin?: number
  readonly backoffMs?: { readonly first: number; readonly max: number }
  /** How long a table that took so many rows the last time waits for more before it takes the next; left out: it never does. */
  readonly gatherMs?: LaneOptions['gatherMs']
  /** Told while a table takes no rows, at each attempt; null when it does again. */
  readonly onTrouble?: (table: TableName, trouble: SinkTrouble | null) => void
}

/** Far beyond what an insert takes, and well before its request times out. */
const slowAfterMs = 10_000

/** Inserts with group commit: callers who come while an insert of a table is in flight share the next one. */
export function createRowSink(
  clickhouse: Pick<ClickHouse, 'query' | 'insertLines'>,
  options: RowSinkOptions = {},
): RowSink {
  const { onTrouble } = options
  const lane = (table: TableName): TableLane =>
    createTableLane({
      table,
      batchRowsMax: options.batchRowsMax ?? 100_000,
      batchBytesMax: options.batchBytesMax ?? 32 * 1024 * 1024,
      backoffMs: options.backoffMs ?? { first: 100, max: 10_000 },
      send: (name, rows) => send(clickhouse, name, rows),
      pause,
      ...(options.gatherMs === undefined ? {} : { gatherMs: options.gatherMs }),
      whenSlow(tell) {
        const timer = setTimeout(tell, slowAfterMs)
        timer.unref()
        return () => clearTimeout(timer)
      },
      onTrouble: (trouble) => onTrouble?.(table, trouble),
    })
  const lanes = new Map(tableNames.map((table) => [table, lane(table)]))
  return createLanes(lanes, createTableTypes(clickhouse), options.binaryRowsMin ?? 2000)
}

function createLanes(
  lanes: ReadonlyMap<TableName, TableLane>,
  types: TableTypes,
  binaryRowsMin: number,
): RowSink {
  return {
    async insert(batch) {
      const encode = createRowEncoder()
      const inserts = tableNames.map(async (table) => {
        const rows = batch[table] ?? []
        const lane = lanes.get(table)
        if (lane === undefined || rows.length === 0) return
        // Those who share an insert write alike: as many as shared the last one share the next.
        const rowsTogether = Math.max(rows.length, lane.lastRows())
        if (rowsTogether < binaryRowsMin) await lane.insert(rows, encode)
        else await insert(lane, table, rows, encode, types)
      })
      // All settle before the first refusal is reported: nothing of this flush is still under way then.
      const settled = await Promise.allSettled(inserts)
      for (const one of settled) if (one.status === 'rejected') throw one.reason
    },
    async close() {
      await Promise.all([...lanes.values()].map((lane) => lane.close()))
    },
  }
}

/** What is refused because the table has changed since its types were asked for is encoded anew, once. */
async function insert(
  lane: TableLane,
  table: TableName,
  rows: readonly object[],
  encode: EncodeRows,
  types: TableTypes,
): Promise<void> {
  const used = await types.of(table)
  try {
    await lane.insert(rows, encode, used)
  } catch (error) {
    if (used === undefined || !isTributaryError(error, 'TRB_CLICKHOUSE_REFUSED')) throw error
    const newer = await types.newer(table, used)
    if (newer === undefined) throw error
    await lane.insert(rows, encode, newer)
  }
}

async function send(
  clickhouse: Pick<ClickHouse, 'insertLines'>,
  table: TableName,
  pieces: readonly EncodedRows[],
): Promise<void> {
  const [first] = pieces
  if (first === undefined) return
  const { format, columns } = first
  const bodies = pieces.map(({ body }) => body)
  await clickhouse.insertLines(table, format, columns, bodies)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}
