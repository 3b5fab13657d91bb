/* oxlint-disable typescript/no-unsafe-type-assertion -- JSON has no types */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { topics } from '../topics.ts'
import { type AvroSchemaName, avroSchemas, avroSchemaText } from './schemas.ts'

const names = Object.keys(avroSchemas) as AvroSchemaName[]

/** Every record, enum and field of a schema without a doc, by path. */
function undocumented(node: unknown, path: string): string[] {
  if (Array.isArray(node)) return node.flatMap((item) => undocumented(item, path))
  if (typeof node !== 'object' || node === null) return []
  const { type, name, doc, fields, items, values } = node as Record<string, unknown>
  const here = typeof name === 'string' ? `${path}/${name}` : path
  const missing = typeof name === 'string' && (typeof doc !== 'string' || doc === '') ? [here] : []
  return [
    ...missing,
    ...[type, fields, items, values].flatMap((inner) => undocumented(inner, here)),
  ]
}

describe.each(names)('%s', (name) => {
  test('documents every record, enum and field', () => {
    expect(undocumented(JSON.parse(avroSchemaText(name)), '')).toEqual([])
  })
  test('belongs to declared topics', () => {
    for (const topic of avroSchemas[name].topics) expect(Object.keys(topics)).toContain(topic)
  })
})

test('every schema file is listed', () => {
  const files = ['channels', 'internal', 'public'].flatMap((folder) =>
    readdirSync(new URL(folder, import.meta.url)).map((file) => `${folder}/${file}`),
  )
  expect(files.toSorted()).toEqual(names.map((name) => `${name}.avsc`).toSorted())
})
