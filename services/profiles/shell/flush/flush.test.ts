/* oxlint-disable typescript/no-unsafe-type-assertion -- what is counted needs no content */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createMemoryRowSink } from '#runtime/clickhouse/memory-row-sink.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { openEnvironment } from '#runtime/state/index.ts'
import { newFlush } from '../../core/fold/flush.ts'
import { createMemoryState } from '../../core/memory-state.ts'
import { createRemembered, idStoresOf } from '../state/remembered.ts'
import { createFlusher, expirePerFlushMin } from './flush.ts'

const root = mkdtempSync(join(tmpdir(), 'tributary-flush-'))
afterAll(() => rmSync(root, { recursive: true }))

/** How many old ids a flush with so many events and links asks to be removed. */
async function removedBy(events: number, links: number): Promise<readonly number[]> {
  const limits: number[] = []
  const flusher = createFlusher({
    producer: { send: async () => Promise.resolve() },
    sink: createMemoryRowSink(),
    state: Object.assign(createMemoryState(), {
      expireMemory: (limit: number) => void limits.push(limit),
      cut: () => ({ alone: false }),
      commit: async () => Promise.resolve(),
      close: async () => Promise.resolve(),
    }),
    encode: () => [],
  })
  const flush = newFlush()
  for (let n = 0; n < events; n += 1) flush.rows.events.push({} as never)
  for (let n = 0; n < links; n += 1) flush.links.push({} as never)
  await flusher.send(flush)
  const control = { commit: async () => Promise.resolve() }
  await flusher.store(flush, control).done
  return limits
}

it('a flush removes old ids faster than it adds new ones, and never fewer than a few thousand', async () => {
  expect(await removedBy(0, 0)).toEqual([expirePerFlushMin])
  expect(await removedBy(expirePerFlushMin / 2, 0)).toEqual([expirePerFlushMin])
  expect(await removedBy(expirePerFlushMin / 2 + 1, 0)).toEqual([expirePerFlushMin + 2])
  expect(await removedBy(20_000, 1000)).toEqual([42_000])
})

it('the memory of ids is as long as its window, however many come at once', async () => {
  const environment = openEnvironment(join(root, 'ids'))
  const remembered = createRemembered(environment, 'events')
  const perFlush = 2500
  const windowFlushes = 2
  const held: number[] = []
  for (let flush = 0; flush < 8; flush += 1) {
    for (let n = 0; n < perFlush; n += 1) remembered.set('a', `${flush}-${n}`, epochMs(flush))
    remembered.expire(epochMs(flush - windowFlushes), 2 * perFlush)
    remembered.cut([flush, 0])
    await environment.commit(() => remembered.write())
    remembered.committed()
    held.push([...idStoresOf(environment, 'events').times.keys({})].length)
  }
  await environment.close()
  expect(Math.max(...held)).toBe((windowFlushes + 1) * perFlush)
})
