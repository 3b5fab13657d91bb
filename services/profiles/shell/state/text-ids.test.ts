import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import { type Environment, openEnvironment } from '#runtime/state/index.ts'
import { jsonCodec, timeCodec } from './codec.ts'
import { createRemembered, type Remembered } from './remembered.ts'
import type { SliceKey } from './slice-key.ts'

const root = mkdtempSync(join(tmpdir(), 'tributary-text-ids-'))
afterAll(() => rmSync(root, { recursive: true }))

const sliceCount = 10

/** As an older release left it: two scopes, an id a millisecond, the one before remembered anew. */
async function olderFile(name: string) {
  const environment = openEnvironment(join(root, name))
  const slices = environment.store<SliceKey, string[]>('events-by-time', jsonCodec())
  const times = environment.store<string, EpochMs>('events', timeCodec)
  await environment.commit(() => {
    for (let at = 0; at < sliceCount; at += 1) {
      for (const scope of ['a', 'b']) times.put(`${scope}/${at}`, epochMs(at))
      slices.put([at, at, 0, 0], [`a/${at}`, `b/${at}`])
    }
  })
  return { environment, slices, times, remembered: createRemembered(environment, 'events') }
}

async function commit(environment: Environment, remembered: Remembered): Promise<void> {
  remembered.cut([sliceCount, 0])
  await environment.commit(() => remembered.write())
  remembered.committed()
}

test('ids of an older file are remembered, expire and are forgotten beside new ones', async () => {
  const { environment, slices, times, remembered } = await olderFile('older')
  expect(remembered.get('a', '3')).toBe(3)
  expect(remembered.get('c', '3')).toBeUndefined()
  remembered.set('a', '3', epochMs(20))
  expect(remembered.get('a', '3')).toBe(20)
  remembered.forget('b')
  expect(remembered.get('b', '9')).toBeUndefined()
  await commit(environment, remembered)
  expect(remembered.get('a', '3')).toBe(20)
  expect(remembered.get('b', '9')).toBeUndefined()
  expect([...times.keys({})]).toHaveLength(sliceCount)

  expect(remembered.expire(epochMs(8), 1_000_000)).toBe(16)
  await commit(environment, remembered)
  expect([...times.keys({})]).toEqual(['a/8', 'a/9'])
  expect([...slices.keys({})]).toHaveLength(2)
  expect(remembered.get('a', '3')).toBe(20)
  expect(remembered.get('a', '8')).toBe(8)
  await environment.close()
})

test('a file that never had any gets no stores for them', async () => {
  const environment = openEnvironment(join(root, 'new'))
  createRemembered(environment, 'events')
  expect(environment.hasStore('events-by-time')).toBe(false)
  expect(environment.hasStore('events-ids-by-time')).toBe(true)
  await environment.close()
})
