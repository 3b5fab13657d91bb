import { epochMs } from '#runtime/event/ids.ts'
import type { Producer } from '#runtime/kafka/ports.ts'
import type { ImportLedger, LedgerEntry } from './ledger.ts'
import type { MappedRow, RowMapper } from './map-row.ts'
import type { FileRow } from './read-rows.ts'

/** Rows in one record: a record costs as much as some fifty rows, and must stay far below the broker's limit. */
const rowsPerRecordMax = 200
/** As many bytes as a channel takes of one event: with a record's other rows it stays below the broker's limit. */
export const rowBytesMax = 512 * 1024
const bytesPerRecordMax = 256 * 1024
/** Records between two entries of the ledger. */
const recordsPerStep = 16

export interface SendDeps {
  readonly producer: Pick<Producer, 'send'>
  readonly topic: string
  readonly fileHash: string
  readonly mapper: RowMapper
  readonly ledger: ImportLedger
  readonly now: () => number
  /** Aborted when the command is told to end: what is acknowledged by then is in the ledger. */
  readonly signal: AbortSignal
  rejected(row: MappedRow & { readonly ok: false }): void
  progress(bytes: number, entry: LedgerEntry): void
}

interface Chunk {
  readonly firstLine: number
  readonly texts: string[]
  bytes: number
}

interface Encoded {
  readonly mapped: MappedRow
  readonly text: string
  readonly bytes: number
}

function encode(mapped: MappedRow): Encoded {
  const text = JSON.stringify(mapped.record)
  return { mapped, text, bytes: Buffer.byteLength(text) }
}

/** A row that no record can hold is rejected without its cells; it must not stop the rows behind it. */
function encodeRow(row: FileRow, mapper: RowMapper, now: number): Encoded {
  const encoded = encode(mapper.map(row, epochMs(now)))
  return encoded.bytes <= rowBytesMax
    ? encoded
    : encode(mapper.tooLarge(row, `${encoded.bytes} bytes, at most ${rowBytesMax}`))
}

/** Sends every row behind the ledger's line to the import topic, and notes what is acknowledged. */
export async function sendRows(
  rows: AsyncIterable<FileRow>,
  start: LedgerEntry,
  deps: SendDeps,
): Promise<LedgerEntry> {
  const { producer, topic, mapper, ledger } = deps
  let entry = start
  let { line, sent, rejected } = start
  let chunk: Chunk | null = null
  let chunks: Chunk[] = []

  const flush = async (): Promise<void> => {
    if (chunk) chunks.push(chunk)
    chunk = null
    if (chunks.length > 0) {
      const records = chunks.map(({ firstLine, texts }) => ({
        key: Buffer.from(`${deps.fileHash.slice(0, 32)}/${firstLine}`),
        value: Buffer.from(`[${texts.join(',')}]`),
      }))
      await producer.send([{ topic, records }])
      chunks = []
    }
    entry = { line, sent, rejected, finishedAt: null }
    await ledger.write(entry)
    deps.signal.throwIfAborted()
  }

  for await (const row of rows) {
    if (row.line <= start.line) continue
    const { mapped, text, bytes } = encodeRow(row, mapper, deps.now())
    if (mapped.ok) sent += 1
    else {
      rejected += 1
      deps.rejected(mapped)
    }
    if (
      chunk &&
      (chunk.texts.length >= rowsPerRecordMax || chunk.bytes + bytes > bytesPerRecordMax)
    ) {
      chunks.push(chunk)
      chunk = null
    }
    chunk ??= { firstLine: row.line, texts: [], bytes: 0 }
    chunk.texts.push(text)
    chunk.bytes += bytes
    line = row.line
    if (chunks.length >= recordsPerStep) {
      await flush()
      deps.progress(row.bytes, entry)
    }
  }
  await flush()
  return entry
}
