import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const entrySchema = z.object({
  /** Rows up to this line are acknowledged by Kafka. */
  line: z.int(),
  sent: z.int(),
  rejected: z.int(),
  /** ISO; null: interrupted, or under way. */
  finishedAt: z.string().nullable(),
})

export type LedgerEntry = z.infer<typeof entrySchema>

/** What an import is known by: another file, map, cluster or topic is another import. */
export interface ImportIdentity {
  readonly clusterId: string
  readonly topicId: string
  readonly fileHash: string
  readonly mapHash: string
}

/**
 * How far an import has come: it saves time, correctness rests on the event ids. A lost ledger means that rows are sent again and
 * counted once.
 */
export interface ImportLedger {
  read(): Promise<LedgerEntry | null>
  write(entry: LedgerEntry): Promise<void>
}

/** A JSON file under `.tributary/imports`, replaced as a whole. */
export function createImportLedger(directory: string, identity: ImportIdentity): ImportLedger {
  const { clusterId, topicId, fileHash, mapHash } = identity
  const safe = `${clusterId}_${topicId}`.replaceAll(/[^\w-]/g, '')
  const file = join(directory, safe, `${fileHash.slice(0, 32)}-${mapHash.slice(0, 16)}.json`)
  return {
    async read() {
      try {
        return entrySchema.parse(JSON.parse(await readFile(file, 'utf8')))
      } catch {
        // Missing or damaged: only a memory.
        return null
      }
    },
    async write(entry) {
      await mkdir(dirname(file), { recursive: true })
      await writeFile(`${file}.new`, JSON.stringify(entry))
      await rename(`${file}.new`, file)
    },
  }
}
