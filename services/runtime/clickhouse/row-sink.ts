import { setTimeout as sleep } from 'node:timers/promises'
import { tableNames } from '#schemas/clickhouse/keys.ts'
import type { TableName } from '#schemas/clickhouse/rows.ts'
import type { ClickHouse } from './client.ts'
import { createRowEncoder, type EncodedRows, encodeRows, type EncodeRows } from './encode-rows.ts'
import { isTributaryError } from '../errors/index.ts'
import type { PreparedRows, RowSink, SinkTrouble } from './ports.ts'
import type { ColumnTypes } from './native/encode-block.ts'
import { createTableTypes, type TableTypes } from './native/table-types.ts'
import { createTableLane, type LaneOptions, type TableLane } from './table-lane.ts'

export interface RowSinkOptions {
  /** Rows of one insert at most; ClickHouse likes 10,000 to 100,000. */
  readonly batchRowsMax?: number
  /** Encoded bytes of one insert at most; a single larger row goes alone. */
  readonly batchBytesMax?: number
  /** Fewer rows of one insert than these go as text: what an insert costs by itself outweighs what binary saves. */
  readonly binaryRowsMin?: number
  /** Fewer rows than these are not made ready ahead: a block costs something by itself. */
  readonly preparedRowsMin?: number
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
  return createLanes(lanes, createTableTypes(clickhouse), {
    binaryRowsMin: options.binaryRowsMin ?? 2000,
    preparedRowsMin: options.preparedRowsMin ?? 256,
  })
}

type Limits = Pick<RowSinkOptions, 'binaryRowsMin' | 'preparedRowsMin'>

function createLanes(
  lanes: ReadonlyMap<TableName, TableLane>,
  types: TableTypes,
  { binaryRowsMin, preparedRowsMin }: Required<Limits>,
): RowSink {
  const blocks = new WeakMap<PreparedRows, EncodedRows>()
  const blocksOf = (prepared: readonly PreparedRows[], table: TableName): readonly EncodedRows[] =>
    prepared.filter((one) => one.table === table).flatMap((one) => blocks.get(one) ?? [])
  return {
    prepare(table, rows) {
      const known = types.told(table)
      // As many as shared the last insert share the next, and few go as text.
      const rowsTogether = lanes.get(table)?.lastRows() ?? 0
      if (known === undefined || rowsTogether < binaryRowsMin || rows.length < preparedRowsMin)
        return null
      const encoded = encodeRows(rows, known)
      if (encoded.format !== 'Native') return null
      const prepared = { table, rows: rows.length }
      blocks.set(prepared, encoded)
      return prepared
    },
    async insert(batch, prepared = []) {
      const encode = createRowEncoder()
      const inserts = tableNames.map(async (table) => {
        const rows = batch[table] ?? []
        const ready = blocksOf(prepared, table)
        const lane = lanes.get(table)
        if (lane === undefined || rows.length + ready.length === 0) return
        // Those who share an insert write alike.
        const rowsTogether = Math.max(rows.length, lane.lastRows())
        if (ready.length === 0 && rowsTogether < binaryRowsMin) await lane.insert(rows, encode)
        else {
          const used = await types.of(table)
          const known = { table, types, used }
          await Promise.all([
            insertBlocks(lane, ready, known),
            insertRows(lane, rows, encode, known),
          ])
        }
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

/** By which types a table's rows are written, and who knows newer ones. */
interface KnownTypes {
  readonly table: TableName
  readonly types: TableTypes
  readonly used: ColumnTypes | undefined
}

/** Of blocks that are refused there are no rows to encode anew; the ones that are made after them go by newer types. */
async function insertBlocks(
  lane: TableLane,
  blocks: readonly EncodedRows[],
  { table, types, used }: KnownTypes,
): Promise<void> {
  try {
    await lane.insertEncoded(blocks)
  } catch (error) {
    if (used !== undefined && isTributaryError(error, 'TRB_CLICKHOUSE_REFUSED'))
      await types.newer(table, used)
    throw error
  }
}

/** What is refused because the table has changed since its types were asked for is encoded anew, once. */
async function insertRows(
  lane: TableLane,
  rows: readonly object[],
  encode: EncodeRows,
  { table, types, used }: KnownTypes,
): Promise<void> {
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
