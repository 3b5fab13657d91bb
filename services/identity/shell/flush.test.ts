import { expect, it } from 'vitest'
import type { RowBatch } from '#runtime/clickhouse/ports.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { createMemoryState } from '../core/memory-state.ts'
import { link } from '../core/testing/log.ts'
import type { FoldedRecord } from './encode-effects.ts'
import { createFlusher, type Flusher } from './flush.ts'
import type { DurableState } from './lmdb-state.ts'

const folded = (offset: number): FoldedRecord => ({
  offset,
  logTime: null,
  effects: [],
  decided: { record: link('u:A e:1'), clock: epochMs(0), policy: null },
})
const control = {
  heartbeat: async () => Promise.resolve(),
  commit: async () => Promise.resolve(),
}

/** A flusher whose rows of links are stored, or refused, when the test says so. */
function flusher() {
  const links: PromiseWithResolvers<void>[] = []
  let commits = 0
  const state: DurableState = {
    ...createMemoryState(),
    commit: async () => Promise.resolve(void (commits += 1)),
    close: async () => Promise.resolve(),
  }
  const flush = createFlusher({
    producer: { send: async () => Promise.resolve() },
    sink: {
      insert: async ({ identity_links: rows }: RowBatch) => {
        if (rows === undefined) return
        const stored = Promise.withResolvers<void>()
        links.push(stored)
        await stored.promise
      },
    },
    encoding: {
      topics: { profileLog: 'log', decisions: 'decisions', links: 'links' },
      generation: 0,
      partitions: 1,
      decisionSchemaId: 1,
    },
  })
  const run = async (offset: number, keeps: boolean): ReturnType<Flusher> =>
    flush(state, [folded(offset)], control, keeps)
  return { run, links, commits: () => commits }
}

it('commits nothing before the rows of links are stored, and folds on meanwhile where it does not commit', async () => {
  const { run, links, commits } = flusher()
  await run(1, false)
  expect(links.length).toBe(1)
  const second = run(2, true)
  links[0]?.resolve()
  await expect.poll(() => links.length).toBe(2)
  expect(commits()).toBe(0)
  links[1]?.resolve()
  await second
  expect(commits()).toBe(1)
})

it('tells of rows that were refused before it commits, and is no worse for it', async () => {
  const { run, links, commits } = flusher()
  await run(1, false)
  links[0]?.reject(new Error('refused'))
  await expect(run(2, true)).rejects.toThrow('refused')
  expect(commits()).toBe(0)
  const again = run(1, true)
  await expect.poll(() => links.length).toBe(2)
  links[1]?.resolve()
  await again
  expect(commits()).toBe(1)
})
