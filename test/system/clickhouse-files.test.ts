import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findIn, needlesOf } from '../support/pipeline/canaries.ts'
import { clickhouseFilesOf } from '../support/pipeline/clickhouse-files.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import { filesBelow } from '../support/pipeline/living-files.ts'

// What looks for canaries on ClickHouse's disk must be able to find one there: packed, replaced, masked and detached.

let installation: Installation
beforeAll(async () => {
  installation = await createInstallation()
})
afterAll(() => installation.drop())

/** Said thrice, so that the codec refers back instead of writing it out. */
const row = (name: string, version: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      fragment_id: 'email:x',
      version,
      event_id: name,
      // Retention must not be what takes it away.
      received_at: new Date().toISOString(),
      event_key: name,
      traits: JSON.stringify({ one: name, two: name, three: name }),
    }),
  )

const placesOf = async (value: string): Promise<readonly string[]> => {
  const needles = needlesOf({ name: 'canary', value, digests: false })
  const places: string[] = []
  for await (const { place, bytes } of clickhouseFilesOf(installation))
    if (findIn(bytes, needles).length > 0) places.push(place)
  return places
}

test('a value is found in the files of its table, and after a delete in those of the masked part', async () => {
  const { clickhouse } = installation
  await clickhouse.insertLines('events', 'JSONEachRow', null, row('Quetzalcanary', '1'))
  const places = await placesOf('Quetzalcanary')
  expect(places.some((place) => place.includes('.events: '))).toBe(true)
  expect(places.some((place) => place.endsWith(', unpacked'))).toBe(true)
  await clickhouse.command("DELETE FROM events WHERE event_id = 'Quetzalcanary'")
  expect(await clickhouse.query('SELECT 1 FROM events')).toEqual([])
  expect((await placesOf('Quetzalcanary')).length).toBeGreaterThan(0)
})

test('a value is found in a part that was detached', async () => {
  const { clickhouse } = installation
  await clickhouse.insertLines('events', 'JSONEachRow', null, row('Detachedcanary', '2'))
  await clickhouse.command('ALTER TABLE events DETACH PARTITION ALL')
  expect((await placesOf('Detachedcanary')).some((place) => place.includes('detached/'))).toBe(true)
})

test('what was never written is not found', async () => {
  expect(await placesOf('Neverwrittencanary')).toEqual([])
})

test('a file that is renamed or deleted while others are read fails nothing, and what it held is found under its new name', () => {
  const directory = join(installation.directory, 'parts')
  const path = (name: string): string => join(directory, name)
  for (const name of ['all_1', 'tmp_merge_2', 'tmp_merge_3']) {
    mkdirSync(path(name), { recursive: true })
    writeFileSync(join(path(name), 'data.bin'), name)
  }
  const found: string[] = []
  for (const { bytes } of filesBelow(directory)) {
    found.push(bytes.toString())
    if (found.length > 1) continue
    renameSync(path('tmp_merge_2'), path('all_2'))
    rmSync(path('tmp_merge_3'), { recursive: true })
  }
  expect(found).toEqual(['all_1', 'tmp_merge_2'])
})
