import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMemoryCheckpointStore, createStateKeeper } from '#runtime/checkpoint/index.ts'
import { offset } from '#runtime/event/ids.ts'
import { systemClock } from '#runtime/lifecycle/index.ts'
import { createHealth, createMetrics, silentLogger } from '#runtime/telemetry/index.ts'
import { dumpPartition, fillPartition } from '../../../../test/support/state/sample-states.ts'
import { createKeptStates } from './kept-state.ts'
import type { LmdbStateOptions } from './lmdb-state.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tributary-kept-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const at = (directory: string): LmdbStateOptions => ({
  directory: join(root, directory),
  identity: {
    topic: 'profile.log',
    topicId: 't',
    generation: 0,
    partition: 1,
    partitions: 4,
    foldVersion: 2,
  },
  hotMax: 10,
})

it('gives an empty host all that a partition knew, and lets it go on', async () => {
  const store = createMemoryCheckpointStore()
  const keeper = createStateKeeper({
    store,
    intervalMs: 20,
    keep: 2,
    log: silentLogger,
    metrics: createMetrics('test'),
    health: createHealth(),
    clock: systemClock,
  })
  const range = { low: offset(0), high: offset(100) }
  const open = createKeptStates({
    keeper,
    admin: { offsets: async () => new Map([[1, range]]) },
    cluster: null,
    prefix: '',
  })
  const here = await open(at('here'))
  fillPartition(here)
  await here.commit()
  const known = dumpPartition(here)
  await vi.waitFor(() => expect([...store.copies.keys()]).toEqual(['0/1/2/42']))
  await here.close()
  const there = await open(at('there'))
  expect(dumpPartition(there)).toEqual(known)
  there.meta.nextOffset = 43
  await there.commit()
  await there.close()
  const again = await open(at('there'))
  expect(again.meta.nextOffset).toBe(43)
  await again.close()
  await keeper.close()
})
