/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, expect, it } from 'vitest'
import { testDefinition } from '../../../../test/support/fold/definition.ts'
import { routedEvent } from '../../../../test/support/fold/events.ts'
import { definitionVersion, epochMs, type FragmentId, offset } from '../../event/ids.ts'
import type { BatchControl, OutgoingBatch, RecordBatch } from '../../kafka/ports.ts'
import { createFragmentKeys, createMasterKeys } from '../../keys/data-keys/index.ts'
import { createPseudonymiser } from '../../pseudonym/pseudonym.ts'
import { silentLogger } from '../../telemetry/logger.ts'
import { defaultLimits } from '../core/limits.ts'
import { silentTally } from '../core/outcome.ts'
import { createChannelHandler, sliceBytes } from './channel-handler.ts'
import { silentMetrics } from './metrics.ts'

// A sealed value is nowhere without its key: no frame is sent before every key that sealed something in it is acknowledged.

interface Sent {
  readonly topics: readonly string[]
  readonly count: number
  readonly acknowledge: () => void
  readonly fail: () => void
}
let sent: Sent[]
let commits: number[]
beforeEach(() => {
  sent = []
  commits = []
})

const send = async (batches: readonly OutgoingBatch[]): Promise<void> =>
  new Promise((resolve, reject) => {
    sent.push({
      topics: batches.map(({ topic }) => topic),
      count: batches[0]?.records.length ?? 0,
      acknowledge: resolve,
      fail: () => reject(new Error('no acknowledgement')),
    })
  })

/** Each record is an event of the fragment that its key names, or of nobody who has anything kept. */
async function handlerUnderTest() {
  const fragmentKeys = createFragmentKeys({
    masters: createMasterKeys([new Uint8Array(32)]),
    fragmentsMax: 10,
    suppressed: () => undefined,
    now: () => 0,
    send: async (records) => send([{ topic: 'privacy.keys', records }]),
  })
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
      latest: () => testDefinition(1, ''),
      since: () => definitionVersion(0),
      get: async () => Promise.resolve(testDefinition(1, '')),
    },
    producer: { send },
    fragmentKeys,
    processor: {
      process(record, _at, _entry, _rules, outbox) {
        const fragment = Buffer.from(record.key ?? []).toString() as FragmentId
        const event = routedEvent({ id: String(record.offset), identifiers: [fragment], at: 1 })
        const traits =
          fragment === 'email:nobody'
            ? {}
            : { name: fragmentKeys.seal(fragment, 'trait/name', 'x') }
        outbox.event(0, record.offset, 0, { ...event, traits })
        return null
      },
    },
    decoder: { lookUp: async () => Promise.resolve('known') },
    topics: { profileLog: 'profile.log', deadLetter: 'deadletter' },
    entryOf: () => 'live',
    topicIds: async () => Promise.resolve(new Map()),
    committed: async () => Promise.resolve(new Map()),
    ends: async () => Promise.resolve(new Map()),
    waitForRegistry: () => undefined,
    waitsNoMore: () => undefined,
    metrics: silentMetrics,
    log: silentLogger,
    fault: () => undefined,
    now: () => 0,
    elapsed: () => 0,
  })
  await handler.assigned([0, 1].map((partition) => ({ topic: 'channel.web', partition })))
  return handler
}

const batch = (partition: number, ...names: readonly string[]): RecordBatch => ({
  topic: 'channel.web',
  partition,
  records: names.map((name, n) => ({
    offset: offset(n),
    timestamp: epochMs(0),
    key: Buffer.from(`email:${name}`),
    // One slice each.
    value: new Uint8Array(sliceBytes),
    headers: {},
  })),
  highWatermark: offset(names.length),
})
const control: BatchControl = {
  heartbeat: async () => Promise.resolve(),
  isStale: () => false,
  stopAt: () => undefined,
  commit: async (next) => Promise.resolve(void commits.push(next)),
}
async function settle(): Promise<void> {
  for (let turns = 0; turns < 100; turns += 1) await nextTurn()
}
const topicsSent = (): readonly string[] => sent.flatMap(({ topics }) => topics)

it('frames wait for the keys of what is sealed in them, and for those of the frames before them', async () => {
  const handler = await handlerUnderTest()
  const done = handler.batch(batch(0, 'ada', 'ada', 'nobody'), control)
  await settle()
  expect(topicsSent()).toEqual(['privacy.keys'])
  sent[0]?.acknowledge()
  await settle()
  expect(topicsSent()).toEqual(['privacy.keys', 'profile.log', 'profile.log', 'profile.log'])
  for (const { acknowledge } of sent) acknowledge()
  await done
  expect(commits.at(-1)).toBe(3)
})

it('a partition waits for a key that another one has made and sent', async () => {
  const handler = await handlerUnderTest()
  const first = handler.batch(batch(0, 'ada'), control)
  await settle()
  const second = handler.batch(batch(1, 'ada'), control)
  await settle()
  expect(topicsSent()).toEqual(['privacy.keys'])
  sent[0]?.acknowledge()
  await settle()
  expect(topicsSent()).toEqual(['privacy.keys', 'profile.log', 'profile.log'])
  for (const { acknowledge } of sent) acknowledge()
  await Promise.all([first, second])
})

it('nothing is sent and nothing committed when a key was not acknowledged', async () => {
  const handler = await handlerUnderTest()
  const done = handler.batch(batch(0, 'ada', 'nobody'), control)
  await settle()
  sent[0]?.fail()
  await expect(done).rejects.toThrow('no acknowledgement')
  expect(topicsSent()).toEqual(['privacy.keys'])
  // The definition's own commit is of what was there before.
  expect(commits).toEqual([0])
})

it('where nothing is kept frames go at once', async () => {
  const handler = await handlerUnderTest()
  const done = handler.batch(batch(0, 'nobody'), control)
  await settle()
  expect(topicsSent()).toEqual(['profile.log'])
  for (const { acknowledge } of sent) acknowledge()
  await done
})
