import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { RegisteredSchema } from './client.ts'
import { createSchemaFile } from './schema-store.ts'

const directory = mkdtempSync(join(tmpdir(), 'tributary-schemas-'))
afterAll(() => rmSync(directory, { recursive: true }))

const schemas = new Map<number, RegisteredSchema>([
  [5, { type: 'AVRO', text: '"string"', references: [] }],
])

test('schemas outlive the process, for the registry that they are of', () => {
  const path = join(directory, 'state', 'schemas.json')
  createSchemaFile(path, 'http://one').save(schemas)
  expect(createSchemaFile(path, 'http://one').load()).toEqual(schemas)
  expect(createSchemaFile(path, 'http://other').load().size).toBe(0)
})

test('a disk that takes nothing costs the memory and nothing else', () => {
  const notADirectory = join(directory, 'file')
  writeFileSync(notADirectory, '')
  const store = createSchemaFile(join(notADirectory, 'schemas.json'), 'http://one')
  expect(() => store.save(schemas)).not.toThrow()
  expect(store.load().size).toBe(0)
})
