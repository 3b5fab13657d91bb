import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import { openEnvironment } from '#runtime/state/index.ts'
import { jsonCodec, timeCodec } from './codec.ts'
import { moveTextIds } from './move-text-ids.ts'
import { createRemembered, idStoresOf, type SliceKey } from './remembered.ts'

const root = mkdtempSync(join(tmpdir(), 'tributary-text-ids-'))
afterAll(() => rmSync(root, { recursive: true }))

test('ids that are text are found as bytes, and forgotten when they are old; a second time there is nothing to move', async () => {
  const environment = openEnvironment(join(root, 'older'))
  const older = environment.store<SliceKey, string[]>('events-by-time', jsonCodec())
  const times = environment.store<string, EpochMs>('events', timeCodec)
  const slices = 45
  await environment.commit(() => {
    for (let slice = 0; slice < slices; slice += 1) {
      const rows = ['a', 'b'].map((scope) => `${scope}/${slice}`)
      for (const row of rows) times.put(row, epochMs(slice))
      // Remembered anew by the next one.
      older.put([slice, slice, 0, 0], slice === 0 ? rows : [...rows, `a/${slice - 1}`])
    }
  })

  await moveTextIds(environment, 'events')
  await moveTextIds(environment, 'events')
  expect([...times.keys({}), ...older.keys({})]).toEqual([])
  const remembered = createRemembered(environment, 'events')
  for (let slice = 0; slice < slices; slice += 1)
    expect(remembered.get('b', String(slice))).toBe(slice)
  expect(remembered.get('c', '1')).toBeUndefined()

  remembered.expire(epochMs(slices - 1), 100_000)
  remembered.cut([slices, 0])
  await environment.commit(() => remembered.write())
  remembered.committed()
  expect(remembered.get('a', String(slices - 1))).toBe(slices - 1)
  expect([...idStoresOf(environment, 'events').times.keys({})]).toHaveLength(2)
  await environment.close()
})

test('a file that never had them gets no stores for them', async () => {
  const environment = openEnvironment(join(root, 'new'))
  await moveTextIds(environment, 'events')
  createRemembered(environment, 'events')
  expect(environment.hasStore('events-by-time')).toBe(false)
  expect(environment.hasStore('events-ids-by-time')).toBe(true)
  await environment.close()
})
