import { beforeEach, expect, test } from 'vitest'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs, offset } from '#runtime/event/ids.ts'
import type { BatchControl, RecordBatch, TopicPartition } from '#runtime/kafka/ports.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { newPartitionMeta } from '../../core/state.ts'
import type { DurableState } from '../state/lmdb-state.ts'
import type { Owner } from './owner.ts'
import { createOwners, type Owners } from './owners.ts'
import type { Timers } from './tick-timer.ts'

const full = new TributaryError('TRB_STATE_FULL', 'no room for the state')
const zero = { topic: 'profile.log', partition: 0 }
const one = { topic: 'profile.log', partition: 1 }

let calls: string[]
let failures: Error[]
let openFailures: Error[]
let wakeUps: { readonly at: number; readonly run: () => void }[]
let now: number
/** What owners wait for before they are closed. */
let closing: Promise<void>
beforeEach(() => {
  closing = Promise.resolve()
  calls = []
  failures = []
  openFailures = []
  wakeUps = []
  now = 0
})

const timers: Timers = {
  now: () => now,
  at(at, run) {
    const wakeUp = { at, run }
    wakeUps.push(wakeUp)
    return () => {
      wakeUps = wakeUps.filter((other) => other !== wakeUp)
    }
  },
}

/** Lets the time of the next retry come; gives how long that was. */
async function nextRetry(): Promise<number> {
  const [next] = wakeUps.splice(0, 1)
  if (next === undefined) throw new Error('nothing is planned')
  const pauseMs = next.at - now
  now = next.at
  next.run()
  await new Promise(setImmediate)
  return pauseMs
}

/** An owner whose state stands at 7, and whose batches fail as they are told to. */
function fakeOwner({ partition }: TopicPartition): Owner {
  const meta = { ...newPartitionMeta(), nextOffset: 7 }
  return {
    partition,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as far as it is used
    state: { meta } as DurableState,
    async batch() {
      calls.push(`batch ${partition}`)
      const failure = failures.shift()
      if (failure !== undefined) throw failure
      return Promise.resolve('done')
    },
    pauseTicks: () => undefined,
    idle: () => void calls.push(`idle ${partition}`),
    finish: async () => Promise.resolve(void calls.push(`finish ${partition}`)),
    async close() {
      await closing
      calls.push(`close ${partition}`)
    },
  }
}

/** What each partition's owner says of a store that failed between two batches. */
const storesFail = new Map<number, (error: Error) => void>()

const owners = (): Owners =>
  createOwners({
    open: async (at, failed) => {
      storesFail.set(at.partition, failed)
      const failure = openFailures.shift()
      if (failure !== undefined) throw failure
      calls.push(`open ${at.partition}`)
      return Promise.resolve(fakeOwner(at))
    },
    pause: ({ partition }) => void calls.push(`pause ${partition}`),
    resume: ({ partition }, from) => void calls.push(`resume ${partition} from ${from ?? 'start'}`),
    timers,
    log: silentLogger,
    fail: (error) => void calls.push(`fail ${error.message}`),
  })

const batchOf = (at: TopicPartition): RecordBatch => ({
  ...at,
  records: [{ offset: offset(7), timestamp: epochMs(0), key: null, value: null, headers: {} }],
  highWatermark: offset(8),
})
const control: BatchControl = {
  heartbeat: async () => Promise.resolve(),
  isStale: () => false,
  stopAt: (at) => void calls.push(`stop at ${at}`),
  commit: async () => Promise.resolve(),
}

test('a partition whose disk is full stands still with its reason, the other goes on, and it comes back when there is room', async () => {
  const held = owners()
  await held.assigned([zero, one])
  calls = []
  failures = [full]
  await held.batch(batchOf(zero), control)
  expect(calls).toEqual(['batch 0', 'close 0', 'stop at 7', 'pause 0'])
  expect(held.stopped()).toEqual([{ partition: 0, error: full }])
  await held.batch(batchOf(one), control)
  expect(calls.at(-1)).toBe('batch 1')

  openFailures = [full, full, full, full, full, full]
  const pauses: number[] = []
  while (openFailures.length > 0) pauses.push(await nextRetry())
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 5000])
  expect(held.stopped()).toHaveLength(1)
  calls = []
  await nextRetry()
  expect(calls).toEqual(['open 0', 'idle 0', 'resume 0 from 7'])
  expect([held.stopped(), wakeUps]).toEqual([[], []])
})

test('a partition that works again waits briefly the next time', async () => {
  const held = owners()
  await held.assigned([zero])
  failures = [full]
  await held.batch(batchOf(zero), control)
  openFailures = [full]
  await nextRetry()
  await nextRetry()
  await held.batch(batchOf(zero), control)
  failures = [full]
  await held.batch(batchOf(zero), control)
  expect(await nextRetry()).toBe(250)
})

test('without room at the start a partition waits alone, and nothing of it is read before it is open', async () => {
  openFailures = [full]
  const held = owners()
  const starts = await held.assigned([zero, one])
  expect([...starts.keys()]).toEqual(['profile.log/0', 'profile.log/1'])
  await held.batch(batchOf(zero), control)
  expect(calls).toEqual(['pause 0', 'open 1', 'idle 1'])
  await nextRetry()
  expect(calls.slice(3)).toEqual(['open 0', 'idle 0', 'resume 0 from 7'])
})

test('what no room cures stands still until it is assigned anew, and is read again then', async () => {
  const held = owners()
  await held.assigned([zero])
  failures = [new TributaryError('TRB_STATE_CORRUPT', 'damaged')]
  await held.batch(batchOf(zero), control)
  expect([held.stopped().length, wakeUps]).toEqual([1, []])
  calls = []
  await held.assigned([zero])
  expect(calls).toEqual(['resume 0 from start', 'open 0', 'idle 0'])
  expect(held.stopped()).toEqual([])
})

test('a rebalance takes planned attempts back: the assignment opens what it names', async () => {
  const held = owners()
  await held.assigned([zero, one])
  failures = [full]
  await held.batch(batchOf(zero), control)
  await held.lost([zero, one])
  await held.assigned([one])
  expect([wakeUps, held.stopped()]).toEqual([[], []])
})

test('what may pass otherwise is for the process to wait for', async () => {
  const held = owners()
  await held.assigned([zero])
  failures = [new TributaryError('TRB_PRODUCER_DEAD', 'gone')]
  await expect(held.batch(batchOf(zero), control)).rejects.toMatchObject({
    code: 'TRB_PRODUCER_DEAD',
  })
})

test("what can't be stored between two batches stops its partition, until there is room", async () => {
  const held = owners()
  await held.assigned([zero, one])
  calls = []
  storesFail.get(0)?.(full)
  await new Promise(setImmediate)
  expect(calls).toEqual(['close 0', 'pause 0'])
  expect(held.stopped()).toEqual([{ partition: 0, error: full }])
  calls = []
  await nextRetry()
  expect(calls).toEqual(['open 0', 'idle 0', 'resume 0 from 7'])
})

test('what may pass otherwise is for the process to wait for, between two batches too', async () => {
  const held = owners()
  await held.assigned([zero])
  calls = []
  storesFail.get(0)?.(new TributaryError('TRB_PRODUCER_DEAD', 'gone'))
  await new Promise(setImmediate)
  expect(calls).toEqual(['close 0', 'fail gone'])
})

test('what the end of the process left unstored is no failure', async () => {
  const held = owners()
  await held.assigned([zero])
  calls = []
  storesFail.get(0)?.(new TributaryError('TRB_SINK_CLOSED', 'the process ends'))
  await new Promise(setImmediate)
  expect(calls).toEqual(['close 0'])
  expect(held.stopped()).toEqual([])
})

test('a partition that is given away, and each at the end, stores what it has sent', async () => {
  const held = owners()
  await held.assigned([zero, one])
  calls = []
  await held.assigned([one])
  expect(calls).toEqual(['finish 0', 'close 0', 'idle 1'])
  calls = []
  await held.closeAll()
  expect(calls).toEqual(['finish 1', 'close 1'])
})

test('nobody opens the directory of a partition, nor ends, before who failed to store has closed it', async () => {
  const held = owners()
  await held.assigned([zero])
  const { promise, resolve } = Promise.withResolvers<void>()
  closing = promise
  calls = []
  storesFail.get(0)?.(new TributaryError('TRB_STATE_CORRUPT', 'damaged'))
  const assigned = held.assigned([zero]).then(() => void calls.push('assigned'))
  const closed = held.closeAll().then(() => void calls.push('closed'))
  await new Promise(setImmediate)
  expect(calls).toEqual([])
  resolve()
  await Promise.all([assigned, closed])
  expect(calls.slice(0, 2)).toEqual(['close 0', 'pause 0'])
  expect(calls).toEqual(expect.arrayContaining(['open 0', 'assigned', 'closed']))
})
