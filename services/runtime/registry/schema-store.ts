import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { RegisteredSchema } from './client.ts'

/** Remembers schemas across restarts, so that a registry that is away stops nothing that was seen before. */
export interface SchemaStore {
  load(): ReadonlyMap<number, RegisteredSchema>
  /** Soon, and at once on `close`: a subject of a thousand versions is learned in one go. */
  save(schemas: ReadonlyMap<number, RegisteredSchema>): void
  close(): Promise<void>
}

const fileSchema = z.object({
  format: z.literal(1),
  registry: z.string(),
  schemas: z.record(
    z.string(),
    z.object({
      type: z.enum(['AVRO', 'PROTOBUF', 'JSON']),
      text: z.string(),
      references: z.array(z.string()),
    }),
  ),
})

const betweenWritesMs = 1000

const afterAWhile = (work: () => void): void => void setTimeout(work, betweenWritesMs).unref()

/** A JSON file, replaced as a whole, once per `soon`. Ids mean something in one registry only: a file of another one is not used. */
export function createSchemaFile(
  path: string,
  registryUrl: string,
  soon: (work: () => void) => void = afterAWhile,
): SchemaStore {
  let unwritten: ReadonlyMap<number, RegisteredSchema> | null = null
  let isDue = false
  let writing: Promise<void> = Promise.resolve()

  const write = async (): Promise<void> => {
    if (unwritten === null) return
    const file = { format: 1, registry: registryUrl, schemas: Object.fromEntries(unwritten) }
    unwritten = null
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(`${path}.new`, JSON.stringify(file))
      await rename(`${path}.new`, path)
    } catch {
      // A full disk costs no more than asking again after a restart.
    }
  }
  const writeNext = async (): Promise<void> => {
    writing = writing.then(write)
    return writing
  }

  return {
    load() {
      try {
        const file = fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
        if (file.registry !== registryUrl) return new Map()
        return new Map(Object.entries(file.schemas).map(([id, schema]) => [Number(id), schema]))
      } catch {
        // Missing or damaged: it is only a memory, the registry is asked again.
        return new Map()
      }
    },
    save(schemas) {
      unwritten = schemas
      if (isDue) return
      isDue = true
      soon(() => {
        isDue = false
        void writeNext()
      })
    },
    close: writeNext,
  }
}

/** Remembers nothing beyond the process. */
export const forgetfulStore: SchemaStore = {
  load: () => new Map(),
  save: () => undefined,
  close: async () => Promise.resolve(),
}
