/* oxlint-disable typescript/no-unsafe-type-assertion -- no copy gets as far as the store */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { epochMs } from '../event/ids.ts'
import { createCheckpointer } from './checkpointer.ts'
import type { CheckpointStore } from './port.ts'
import type { StateReports } from './reports.ts'
import type { CopiedState } from './take.ts'

const root = mkdtempSync(join(tmpdir(), 'tributary-checkpointer-'))
afterAll(() => rmSync(root, { recursive: true }))

it('one state is copied at a time, each waits its turn, and one that moves on meanwhile waits once', async () => {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const failed: unknown[] = []
  const checkpointer = createCheckpointer({
    store: {} as CheckpointStore,
    reports: { failed: (part: unknown) => failed.push(part) } as unknown as StateReports,
    clock: { now: () => epochMs(0), sleep: async () => Promise.resolve() },
    intervalMs: 1000,
    keep: 3,
  })
  const stateOf = (name: string): CopiedState => ({
    identity: { part: name } as unknown as CopiedState['identity'],
    directory: join(root, name),
    readClaims: () => ({ identity: null, nextOffset: 0, isBetweenRecords: true }),
    copyTo: async () =>
      new Promise((_, reject) => {
        begun.push(name)
        ends.push(() => reject(new Error('no room')))
      }),
  })
  const watches = ['a', 'b', 'c'].map((name) => checkpointer.watch(stateOf(name)))
  // Many commits of each, and still one copy of each in the line.
  for (let commits = 0; commits < 5; commits += 1) for (const watch of watches) watch.committed()
  for (const expected of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
    while (begun.length < expected.length) await nextTurn()
    await nextTurn()
    expect(begun).toEqual(expected)
    ends.at(-1)?.()
  }
  while (failed.length < 3) await nextTurn()
  await checkpointer.close()
  expect(begun).toEqual(['a', 'b', 'c'])
  expect(failed).toEqual(['a', 'b', 'c'])
})

it('a clock that was set back holds up no copy for longer than the interval', async () => {
  let now = 3_600_000
  const slept: number[] = []
  const checkpointer = createCheckpointer({
    store: {} as CheckpointStore,
    reports: {} as StateReports,
    clock: {
      now: () => epochMs(now),
      sleep: async (ms, signal) => {
        slept.push(ms)
        return new Promise((resolve) => {
          signal?.addEventListener('abort', () => resolve())
        })
      },
    },
    intervalMs: 1000,
    keep: 3,
  })
  const watch = checkpointer.watch({} as CopiedState)
  now = 0
  watch.committed()
  await checkpointer.close()
  expect(slept).toEqual([1000])
})
