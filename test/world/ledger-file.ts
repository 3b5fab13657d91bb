import { createReadStream, createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { LedgerEntry } from './ledger.ts'

/** The ledger on disk, one entry a line: what was sent must outlive the process and fit any memory. */
export interface LedgerWriter {
  write(entries: readonly LedgerEntry[]): Promise<void>
  close(): Promise<void>
}

export function createLedgerWriter(file: string): LedgerWriter {
  const stream = createWriteStream(file)
  return {
    write: async (entries) => {
      const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
      if (!stream.write(lines)) await once(stream, 'drain')
    },
    close: async () => {
      stream.end()
      await once(stream, 'finish')
    },
  }
}

/** @throws Error for a line that is no entry: a ledger that was cut off proves nothing. */
export async function* readLedger(file: string): AsyncGenerator<LedgerEntry> {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const entry: unknown = JSON.parse(line)
    if (!isLedgerEntry(entry)) throw new Error(`${file} is not a ledger`)
    yield entry
  }
}

const isLedgerEntry = (value: unknown): value is LedgerEntry =>
  typeof value === 'object' &&
  value !== null &&
  'fate' in value &&
  'identifiers' in value &&
  'at' in value
