import { epochMs } from '#runtime/event/ids.ts'
import type { Producer } from '#runtime/kafka/ports.ts'
import type { ImportLedger, LedgerEntry } from './ledger.ts'
import type { MappedRow, RowMapper } from './map-row.ts'
import type { FileRow } from './read-rows.ts'

/** Rows in one record: a record costs as much as some fifty rows, and must stay far below the broker's limit. */
const rowsPerRecordMax = 200
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
  rejected(row: MappedRow & { readonly ok: false }): void
  progress(bytes: number, entry: LedgerEntry): void
}

interface Chunk {
  readonly firstLine: number
  readonly texts: string[]
  bytes: number
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
  }

  for await (const row of rows) {
    if (row.line <= start.line) continue
    const mapped = mapper.map(row, epochMs(deps.now()))
    if (mapped.ok) sent += 1
    else {
      rejected += 1
      deps.rejected(mapped)
    }
    const text = JSON.stringify(mapped.record)
    if (
      chunk &&
      (chunk.texts.length >= rowsPerRecordMax || chunk.bytes + text.length > bytesPerRecordMax)
    ) {
      chunks.push(chunk)
      chunk = null
    }
    chunk ??= { firstLine: row.line, texts: [], bytes: 0 }
    chunk.texts.push(text)
    chunk.bytes += text.length
    line = row.line
    if (chunks.length >= recordsPerStep) {
      await flush()
      deps.progress(row.bytes, entry)
    }
  }
  await flush()
  return entry
}
