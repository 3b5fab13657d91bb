import type { TableName } from '#schemas/clickhouse/rows.ts'
import { TributaryError } from '../errors/index.ts'
import { type EncodedRows, type EncodeRows, encodeRows } from './encode-rows.ts'
import type { ColumnTypes } from './native/encode-block.ts'
import type { SinkTrouble } from './ports.ts'

/** What one lane needs; times and sleeping are its caller's. */
export interface LaneOptions {
  readonly table: TableName
  readonly batchRowsMax: number
  readonly batchBytesMax: number
  send(table: TableName, rows: readonly EncodedRows[]): Promise<void>
  /** Resolves after the given time, or at once when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>
  readonly backoffMs: { readonly first: number; readonly max: number }
  /** How long a lane that inserted so many rows the last time waits for more before it inserts again, milliseconds; left out: it never does. */
  readonly gatherMs?: (lastRows: number) => number
  /** Calls `tell` when an insert has been under way for long, unless it was taken back before. */
  readonly whenSlow?: (tell: () => void) => () => void
  /** null: the table takes rows again. */
  onTrouble(trouble: SinkTrouble | null): void
}

/**
 * One table's queue: at most one insert in flight, everything that comes meanwhile shares the next. Of each caller one piece waits at a time, and
 * the rest is not even encoded: a large flush holds little memory while ClickHouse is slow, and lets the small ones of others in between.
 */
export interface TableLane {
  insert(rows: readonly object[], encode?: EncodeRows, types?: ColumnTypes): Promise<void>
  /** Rows of the last insert, of all callers who shared it. */
  lastRows(): number
  close(): Promise<void>
}

interface Waiting {
  readonly encoded: EncodedRows
  /** It left the queue. */
  taken(): void
  resolve(): void
  reject(error: TributaryError): void
}

export function createTableLane(options: LaneOptions): TableLane {
  const queue: Waiting[] = []
  const closing = new AbortController()
  let running: Promise<void> | null = null
  let lastRows = 0

  async function run(): Promise<void> {
    // Callers of the same turn of the event loop share already the first insert.
    await Promise.resolve()
    const gatherMs = options.gatherMs?.(lastRows) ?? 0
    if (gatherMs > 0) await options.pause(gatherMs, closing.signal)
    while (queue.length > 0) {
      if (closing.signal.aborted) {
        for (const waiting of queue.splice(0)) {
          waiting.reject(closed(options.table))
          waiting.taken()
        }
        return
      }
      await store(takeBatch(queue, options))
    }
  }

  async function store(batch: readonly Waiting[]): Promise<void> {
    lastRows = rowsOf(batch)
    const refused = await sendUntilStored(batch)
    if (refused === null) for (const waiting of batch) waiting.resolve()
    // One caller's bad row must not fail the others of the batch.
    else if (batch.length > 1) for (const waiting of batch) await store([waiting])
    else for (const waiting of batch) waiting.reject(refused)
  }

  /** null: stored. An error: it never will be, or the lane closes. */
  async function sendUntilStored(batch: readonly Waiting[]): Promise<TributaryError | null> {
    let timesTold = 0
    const tell = (attempt: number, error: TributaryError): void => {
      timesTold += 1
      const rowsWaiting = rowsOf(batch) + rowsOf(queue)
      options.onTrouble({ table: options.table, error, attempt, rowsWaiting })
    }
    for (let attempt = 1; ; attempt += 1) {
      const takeBack = options.whenSlow?.(() => tell(attempt, unanswered(options.table)))
      try {
        await options.send(
          options.table,
          batch.map((waiting) => waiting.encoded),
        )
        if (timesTold > 0) options.onTrouble(null)
        return null
      } catch (error) {
        const known = asTributaryError(error)
        if (!known.retriable) return known
        if (closing.signal.aborted) return closed(options.table)
        takeBack?.()
        tell(attempt, known)
        const { first, max } = options.backoffMs
        await options.pause(Math.min(max, first * 2 ** Math.min(attempt - 1, 20)), closing.signal)
      } finally {
        takeBack?.()
      }
    }
  }

  function enqueue(encoded: EncodedRows): {
    readonly taken: Promise<void>
    readonly stored: Promise<void>
  } {
    const taken = Promise.withResolvers<void>()
    const stored = Promise.withResolvers<void>()
    // Awaited when all pieces are queued; a failure before that is no unhandled rejection.
    stored.promise.catch(() => undefined)
    if (closing.signal.aborted) {
      stored.reject(closed(options.table))
      taken.resolve()
    } else {
      const { resolve, reject } = stored
      queue.push({ encoded, taken: taken.resolve, resolve, reject })
      running ??= run().finally(() => {
        running = null
      })
    }
    return { taken: taken.promise, stored: stored.promise }
  }

  return {
    async insert(rows, encode = encodeRows, types) {
      const stored: Promise<void>[] = []
      for (const encoded of encodeInPieces(rows, options, (some) => encode(some, types))) {
        const piece = enqueue(encoded)
        stored.push(piece.stored)
        await piece.taken
      }
      await Promise.all(stored)
    },
    lastRows: () => lastRows,
    async close() {
      closing.abort()
      await running
    },
  }
}

/** Whole callers from the head of the queue, as many as fit the bounds and have the same columns; at least one. */
function takeBatch(queue: Waiting[], bounds: LaneOptions): readonly Waiting[] {
  let rows = 0
  let bytes = 0
  let count = 0
  const shape = queue[0]?.encoded.shape
  for (const { encoded } of queue) {
    rows += encoded.rows
    bytes += encoded.bytes
    const full = rows > bounds.batchRowsMax || bytes > bounds.batchBytesMax
    if (count > 0 && (full || encoded.shape !== shape)) break
    count += 1
  }
  const batch = queue.splice(0, count)
  for (const waiting of batch) waiting.taken()
  return batch
}

/** Pieces within both bounds. The size of a row is known only encoded, so a piece that is too large is halved. */
function* encodeInPieces(
  rows: readonly object[],
  bounds: LaneOptions,
  encode: EncodeRows,
): Generator<EncodedRows> {
  if (rows.length <= bounds.batchRowsMax) {
    yield* withinBytes(rows, bounds.batchBytesMax, encode)
    return
  }
  for (let from = 0; from < rows.length; from += bounds.batchRowsMax) {
    yield* withinBytes(rows.slice(from, from + bounds.batchRowsMax), bounds.batchBytesMax, encode)
  }
}

function* withinBytes(
  rows: readonly object[],
  bytesMax: number,
  encode: EncodeRows,
): Generator<EncodedRows> {
  const encoded = encode(rows)
  if (encoded.bytes <= bytesMax || rows.length === 1) {
    yield encoded
    return
  }
  const half = Math.ceil(rows.length / 2)
  yield* withinBytes(rows.slice(0, half), bytesMax, encode)
  yield* withinBytes(rows.slice(half), bytesMax, encode)
}

const rowsOf = (waiting: readonly Waiting[]): number =>
  waiting.reduce((sum, { encoded }) => sum + encoded.rows, 0)

const closed = (table: TableName): TributaryError =>
  new TributaryError('TRB_SINK_CLOSED', `rows for ${table} were not stored`, { context: { table } })

const unanswered = (table: TableName): TributaryError =>
  new TributaryError(
    'TRB_CLICKHOUSE_UNAVAILABLE',
    `ClickHouse takes long to answer an insert into ${table}`,
    { context: { table } },
  )

const asTributaryError = (error: unknown): TributaryError =>
  error instanceof TributaryError
    ? error
    : new TributaryError('TRB_INTERNAL', 'an insert failed in an unforeseen way', { cause: error })
