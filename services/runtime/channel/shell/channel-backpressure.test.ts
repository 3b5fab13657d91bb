import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { testDefinition } from '../../../../test/support/fold/definition.ts'
import { definitionVersion, epochMs, offset } from '../../event/ids.ts'
import { type Clock, manualClock, systemClock } from '../../lifecycle/clock.ts'
import type { BatchControl, OutgoingBatch, RecordBatch } from '../../kafka/ports.ts'
import { shareMs } from '../../kafka/turn.ts'
import { createPseudonymiser } from '../../pseudonym/pseudonym.ts'
import { silentLogger } from '../../telemetry/logger.ts'
import { defaultLimits } from '../core/limits.ts'
import { silentTally } from '../core/outcome.ts'
import { createChannelHandler, sliceBytes, slicesWaitingMax } from './channel-handler.ts'
import { silentMetrics } from './metrics.ts'

const at = { topic: 'channel.web', partition: 0 }
const other = { topic: 'channel.web', partition: 1 }

let sent: { readonly batches: readonly OutgoingBatch[]; readonly acknowledge: () => void }[]
let commits: number[]
let stops: number[]
let waits: string[]
beforeEach(() => {
  waits = []
  sent = []
  commits = []
  stops = []
})

/**
 * A handler that makes a dead letter of each record, whose broker is the test, and whose clock goes on by so much per look.
 * @param schemaNeeded What its records wait for; left out: nothing.
 */
async function handlerUnderTest(
  msPerAsk: number,
  schemaNeeded: number | null = null,
  clock: Clock = systemClock,
) {
  let elapsed = 0
  const definition = testDefinition(1, '')
  const handler = createChannelHandler({
    rules: {
      channel: 'web',
      vendors: [],
      limits: defaultLimits,
      pseudonymiser: createPseudonymiser(new Uint8Array(32)),
      partitions: 1,
      suppressed: () => undefined,
      prefix: '',
      tally: silentTally,
    },
    definitions: {
      latest: () => definition,
      since: () => definitionVersion(0),
      get: async () => Promise.resolve(definition),
    },
    producer: {
      send: async (batches) =>
        new Promise((resolve) => {
          sent.push({ batches, acknowledge: resolve })
        }),
    },
    processor: {
      process(record, _at, _entry, _rules, outbox) {
        if (schemaNeeded === null)
          outbox.deadLetter({ key: Buffer.from(String(record.offset)), value: null })
        return schemaNeeded
      },
    },
    // A registry that takes connections and does not answer.
    decoder: { lookUp: async () => new Promise(() => undefined) },
    topics: { profileLog: 'profile.log', deadLetter: 'deadletter' },
    entryOf: () => 'live',
    topicIds: async () => Promise.resolve(new Map()),
    committed: async () => Promise.resolve(new Map()),
    ends: async () => Promise.resolve(new Map()),
    waitForRegistry: (_at, why) => void waits.push(why),
    waitsNoMore: () => undefined,
    metrics: silentMetrics,
    log: silentLogger,
    fault: () => undefined,
    now: () => 0,
    elapsed: () => (elapsed += msPerAsk),
    clock,
  })
  await handler.assigned([at, other])
  return handler
}

function batchOf(to: typeof at, count: number, bytes: number): RecordBatch {
  const value = new Uint8Array(bytes)
  return {
    ...to,
    records: Array.from({ length: count }, (_, n) => ({
      offset: offset(n),
      timestamp: epochMs(0),
      key: null,
      value,
      headers: {},
    })),
    highWatermark: offset(count),
  }
}

const control: BatchControl = {
  heartbeat: async () => Promise.resolve(),
  isStale: () => false,
  stopAt: (next) => void stops.push(next),
  commit: async (next) => Promise.resolve(void commits.push(next)),
}

const keysSent = (): readonly number[] =>
  sent.flatMap(({ batches }) =>
    batches.flatMap(({ records }) => records.map(({ key }) => Number(String(key)))),
  )
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n)

/** Lets everything happen that may. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 100; turns += 1) await nextTurn()
}

describe('the slices of a batch', () => {
  it('are sent as they are full, and the batch is committed when all are acknowledged', async () => {
    const handler = await handlerUnderTest(0)
    const done = handler.batch(batchOf(at, 3, sliceBytes / 2), control)
    await settle()
    expect(sent.map(({ batches }) => batches[0]?.records.length)).toEqual([2, 1])
    // The first commit says by which definition the records are read; nothing of them is committed.
    expect(commits).toEqual([0])
    for (const { acknowledge } of sent) acknowledge()
    await done
    expect(commits).toEqual([0, 3])
  })

  it('wait when as many are under way as may be, each for the first of them', async () => {
    const handler = await handlerUnderTest(0)
    const count = slicesWaitingMax + 2
    const done = handler.batch(batchOf(at, count, sliceBytes), control)
    await settle()
    expect(sent).toHaveLength(slicesWaitingMax)
    sent[0]?.acknowledge()
    await settle()
    expect(sent).toHaveLength(slicesWaitingMax + 1)
    for (let n = 0; n < count; n += 1) {
      sent[n]?.acknowledge()
      await settle()
    }
    await done
    expect(keysSent()).toEqual(numbers(count))
    expect(commits.at(-1)).toBe(count)
  })
})

it('a large batch of one partition does not hold up that of another', async () => {
  const handler = await handlerUnderTest(1)
  const large = handler.batch(batchOf(at, 500, 1), control)
  await nextTurn()
  const small = handler.batch(batchOf(other, 1, 1), control)
  await settle()
  // The small one came later, and was sent before the large one was through.
  expect(sent.map(({ batches }) => batches[0]?.records.length)).toEqual([1, 500])
  for (const { acknowledge } of sent) acknowledge()
  await Promise.all([large, small])
})

it('a registry that does not answer costs a batch its share of time at most, in which the group hears of this member', async () => {
  const clock = manualClock(0)
  const handler = await handlerUnderTest(0, 7, clock)
  let heartbeats = 0
  const heartbeat = async (): Promise<void> => Promise.resolve(void (heartbeats += 1))
  const done = handler.batch(batchOf(at, 3, 1), { ...control, heartbeat })
  await settle()
  await clock.advance(shareMs - 1)
  expect([heartbeats, stops]).toEqual([1, []])
  await clock.advance(1)
  await done
  expect([stops, clock.sleepers]).toEqual([[0], 0])
  expect(waits).toEqual(['it has not answered within 2 s'])
})

it('a batch that had its share is left there, with what was sent committed, and goes on with the next one', async () => {
  const handler = await handlerUnderTest(shareMs / 100)
  const whole = batchOf(at, 200, 1)
  let batches = 0
  for (let from = 0; from < 200; batches += 1) {
    stops = []
    const rest = whole.records.filter((record) => record.offset >= from)
    const done = handler.batch({ ...whole, records: rest }, control)
    await settle()
    for (const { acknowledge } of sent) acknowledge()
    await done
    from = commits.at(-1) ?? from
    expect(stops).toEqual(from < 200 ? [from] : [])
  }
  expect(batches).toBeGreaterThan(1)
  expect(keysSent()).toEqual(numbers(200))
})
