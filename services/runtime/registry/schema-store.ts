import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { RegisteredSchema } from './client.ts'

/** Remembers schemas across restarts, so that a registry that is away stops nothing that was seen before. */
export interface SchemaStore {
  load(): ReadonlyMap<number, RegisteredSchema>
  save(schemas: ReadonlyMap<number, RegisteredSchema>): void
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

/** A JSON file, replaced as a whole. Ids mean something in one registry only: a file of another one is not used. */
export function createSchemaFile(path: string, registryUrl: string): SchemaStore {
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
      const file = { format: 1, registry: registryUrl, schemas: Object.fromEntries(schemas) }
      try {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(`${path}.new`, JSON.stringify(file))
        renameSync(`${path}.new`, path)
      } catch {
        // A full disk costs no more than asking again after a restart.
      }
    },
  }
}

/** Remembers nothing beyond the process. */
export const forgetfulStore: SchemaStore = { load: () => new Map(), save: () => undefined }
