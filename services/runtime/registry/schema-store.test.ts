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

test('schemas outlive the process, for the registry that they are of', async () => {
  const path = join(directory, 'state', 'schemas.json')
  const store = createSchemaFile(path, 'http://one')
  store.save(schemas)
  await store.close()
  expect(createSchemaFile(path, 'http://one').load()).toEqual(schemas)
  expect(createSchemaFile(path, 'http://other').load().size).toBe(0)
})

const learned = (count: number) =>
  new Map(
    Array.from({ length: count }, (_, id): [number, RegisteredSchema] => [
      id,
      { type: 'AVRO', text: '"string"', references: [] },
    ]),
  )

test('schemas that are learned in one go are written together, the last of them too', async () => {
  const path = join(directory, 'many.json')
  const due: (() => void)[] = []
  const store = createSchemaFile(path, 'http://one', (work) => due.push(work))
  for (let count = 1; count <= 2000; count += 1) store.save(learned(count))
  expect(due).toHaveLength(1)
  expect(store.load().size).toBe(0)
  due[0]?.()
  store.save(learned(2001))
  expect(due).toHaveLength(2)
  await store.close()
  expect(store.load().size).toBe(2001)
})

test('a disk that takes nothing costs the memory and nothing else', async () => {
  const notADirectory = join(directory, 'file')
  writeFileSync(notADirectory, '')
  const store = createSchemaFile(join(notADirectory, 'schemas.json'), 'http://one')
  store.save(schemas)
  await expect(store.close()).resolves.toBeUndefined()
  expect(store.load().size).toBe(0)
})
