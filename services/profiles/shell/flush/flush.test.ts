/* oxlint-disable typescript/no-unsafe-type-assertion -- what is counted needs no content */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { eventRow } from '../../../../test/support/clickhouse/rows.ts'
import { createMemoryRowSink, type MemoryRowSink } from '#runtime/clickhouse/memory-row-sink.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { openEnvironment } from '#runtime/state/index.ts'
import { eventsOf, newFlush } from '../../core/fold/flush.ts'
import { createMemoryState } from '../../core/memory-state.ts'
import { createRemembered, idStoresOf } from '../state/remembered.ts'
import { createFlusher, expirePerFlushMin, type Flusher } from './flush.ts'

const root = mkdtempSync(join(tmpdir(), 'tributary-flush-'))
afterAll(() => rmSync(root, { recursive: true }))

interface Under {
  readonly flusher: Flusher
  readonly sink: MemoryRowSink
  /** How many old ids each flush asked to be removed. */
  readonly limits: readonly number[]
}

function flusherUnderTest(): Under {
  const limits: number[] = []
  const sink = createMemoryRowSink()
  const flusher = createFlusher({
    producer: { send: async () => Promise.resolve() },
    sink,
    state: Object.assign(createMemoryState(), {
      expireMemory: (limit: number) => void limits.push(limit),
      cut: () => ({ alone: false }),
      commit: async () => Promise.resolve(),
      close: async () => Promise.resolve(),
    }),
    encode: () => [],
  })
  return { flusher, sink, limits }
}

const control = { commit: async () => Promise.resolve() }

/** How many old ids a flush with so many events and links asks to be removed, its events made ready before. */
async function removedBy(events: number, links: number): Promise<readonly number[]> {
  const { flusher, limits } = flusherUnderTest()
  const flush = newFlush()
  for (let n = 0; n < events; n += 1) flush.rows.events.push({} as never)
  for (let n = 0; n < links; n += 1) flush.links.push({} as never)
  await flusher.send(flush)
  flusher.prepare(flush)
  await flusher.store(flush, control).done
  return limits
}

it('a flush removes old ids faster than it adds new ones, and never fewer than a few thousand', async () => {
  expect(await removedBy(0, 0)).toEqual([expirePerFlushMin])
  expect(await removedBy(expirePerFlushMin / 2, 0)).toEqual([expirePerFlushMin])
  expect(await removedBy(expirePerFlushMin / 2 + 1, 0)).toEqual([expirePerFlushMin + 2])
  expect(await removedBy(20_000, 1000)).toEqual([42_000])
})

it('rows of events that were made ready ahead are stored with their flush, once, and count as its own', async () => {
  const { flusher, sink, limits } = flusherUnderTest()
  const flush = newFlush()
  const gather = (event_id: string): void => void flush.rows.events.push(eventRow({ event_id }))
  gather('a')
  gather('b')
  flusher.prepare(flush)
  expect(flush.rows.events).toEqual([])
  gather('c')
  flusher.prepare(flush)
  gather('d')
  expect(eventsOf(flush)).toBe(4)
  expect(sink.all('events')).toEqual([])
  await flusher.store(flush, control).done
  await flusher.store(newFlush(), control).done
  expect(sink.all('events').map(({ event_id }) => event_id)).toEqual(['a', 'b', 'c', 'd'])
  expect(limits).toEqual([expirePerFlushMin, expirePerFlushMin])
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
