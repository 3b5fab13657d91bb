import { EventEmitter } from 'node:events'
import type { Consumer, ConsumerRunConfig, EachBatchPayload, Kafka } from 'kafkajs'
import { beforeEach, expect, test } from 'vitest'
import { TributaryError } from '../../errors/index.ts'
import { offset } from '../../event/ids.ts'
import { createHealth, createMetrics, silentLogger } from '../../telemetry/index.ts'
import type { GroupConsumer, PartitionHandler } from '../ports.ts'
import { watchKafka } from '../watch.ts'
import { createGroupConsumer } from './consumer.ts'

// kafkajs's consumer as far as ours uses it, which fails as it is told to.

const notFound = Object.assign(new Error('Failed to find group coordinator'), {
  name: 'KafkaJSGroupCoordinatorNotFound',
  retriable: false,
})
const refused = Object.assign(new Error('SASL PLAIN authentication failed'), {
  name: 'KafkaJSSASLAuthenticationError',
  retriable: false,
})

class FakeConsumer extends EventEmitter {
  readonly events = { GROUP_JOIN: 'join', HEARTBEAT: 'heartbeat', CRASH: 'crash' }
  readonly sought: object[] = []
  connectFailures: Error[] = []
  running = false
  async connect(): Promise<void> {
    const failure = this.connectFailures.shift()
    if (failure !== undefined) throw failure
    return Promise.resolve()
  }
  async subscribe(): Promise<void> {}
  readonly paused: object[] = []
  config: ConsumerRunConfig = {}
  async run(config: ConsumerRunConfig): Promise<void> {
    this.config = config
    this.running = true
    this.join()
    return Promise.resolve()
  }
  join(): void {
    this.emit('join', { payload: { memberAssignment: { t: [0] } } })
  }
  crash(error: Error): void {
    this.running = false
    this.emit('crash', { payload: { error, restart: false } })
  }
  pause(partitions: object): void {
    this.paused.push(partitions)
  }
  resume(): void {}
  seek(at: object): void {
    this.sought.push(at)
  }
  async stop(): Promise<void> {}
  async disconnect(): Promise<void> {}
}

const made: FakeConsumer[] = []
const health = createHealth()
let metrics: ReturnType<typeof createMetrics>
let offsetFailures: Error[] = []
let firstConnect: Error[] = []
beforeEach(() => {
  made.length = 0
  metrics = createMetrics('test')
  offsetFailures = []
  firstConnect = []
})

const calls: string[] = []
const handler: PartitionHandler = {
  assigned: async () => {
    calls.push('assigned')
    return Promise.resolve(new Map())
  },
  lost: async () => Promise.resolve(void calls.push('lost')),
  batch: async () => Promise.resolve(),
}

function consumer(): GroupConsumer {
  calls.length = 0
  const kafka = {
    consumer: (): Consumer => {
      const one = new FakeConsumer()
      if (made.length === 0) one.connectFailures = firstConnect
      made.push(one)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as far as it is used
      return one as unknown as Consumer
    },
  } satisfies Pick<Kafka, 'consumer'>
  return createGroupConsumer(
    {
      groupId: 'g',
      topics: ['t'],
      sessionTimeoutMs: 30_000,
      heartbeatIntervalMs: 3000,
      fetchWaitMs: 1,
      fetchMinBytes: 1,
      fetchMaxBytesPerPartition: 1,
    },
    {
      kafka,
      ending: new Set(),
      startingOffsets: {
        of: async () => {
          const failure = offsetFailures.shift()
          if (failure !== undefined) throw failure
          return Promise.resolve(new Map([['t/0', offset(5)]]))
        },
      },
      log: silentLogger,
      watch: watchKafka({ health, metrics }),
      partitionsConcurrently: 1,
      retry: { initialRetryTime: 1, maxRetryTime: 1, retries: 1 },
    },
  )
}

const complaint = (): string | null => health.read().checks[0]?.why ?? null
/** Two pauses of the consumer at most. */
const soon = { timeout: 5000, interval: 5 }

test('while committed offsets can not be read it waits, says why, and then reads from where it should', async () => {
  const away = new TributaryError('TRB_KAFKA_UNAVAILABLE', 'Failed to find group coordinator')
  offsetFailures = [away, away]
  const one = consumer()
  await one.run(handler)
  await expect.poll(complaint, soon).toBe('Failed to find group coordinator')
  await expect
    .poll(() => made[0]?.sought, soon)
    .toEqual([{ topic: 't', partition: 0, offset: '5' }])
  expect([made.length, complaint()]).toEqual([1, null])
  expect(calls).toEqual(['assigned', 'lost', 'assigned', 'lost', 'assigned'])
  expect(await metrics.text()).toContain('what="open",service="test"} 2')
  await one.stop()
  expect([await one.ended, health.read().checks]).toEqual([undefined, []])
})

test('a position that is lost is no outage: it ends', async () => {
  offsetFailures = [new TributaryError('TRB_OFFSET_LOST', 'gone')]
  const one = consumer()
  await one.run(handler)
  expect(await one.ended).toMatchObject({ code: 'TRB_OFFSET_LOST' })
})

const message = (at: string) => ({ offset: at, timestamp: '0', key: null, value: null })

test('a batch that can not be unpacked ends the reading of its partition, after what lies before it', async () => {
  const stuck: Error[] = []
  const read: number[] = []
  const one = consumer()
  await one.run({
    ...handler,
    offsetLost: (_at, error) => void stuck.push(error),
    batch: async ({ records }) =>
      Promise.resolve(void read.push(...records.map((record) => record.offset))),
  })
  await expect.poll(() => made[0]?.sought.length, soon).toBe(1)
  const resolved: string[] = []
  const unreadable = { ...message('8'), unreadable: { first: 7, last: 8, reason: 'too large' } }
  const deliver = async (messages: readonly object[]): Promise<void> =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as far as it is used
    made[0]?.config.eachBatch?.({
      batch: {
        topic: 't',
        partition: 0,
        highWatermark: '9',
        messages,
        firstOffset: () => '5',
        lastOffset: () => '8',
      },
      resolveOffset: (at: string) => void resolved.push(at),
      heartbeat: async () => Promise.resolve(),
    } as unknown as EachBatchPayload)
  await deliver([message('5'), message('6'), unreadable])
  expect([read, resolved, stuck]).toEqual([[5, 6], ['6'], []])
  await deliver([unreadable])
  expect([read, resolved]).toEqual([[5, 6], ['6']])
  expect(stuck).toMatchObject([{ code: 'TRB_BATCH_UNREADABLE', context: { first: 7, last: 8 } }])
  expect(made[0]?.paused.at(-1)).toEqual([{ topic: 't', partitions: [0] }])
  await deliver([message('9')])
  expect(read).toEqual([5, 6])
  await one.stop()
  expect(await one.ended).toBeUndefined()
})

test('a start while the brokers are away waits', async () => {
  firstConnect = [new Error('connect ECONNREFUSED'), new Error('connect ECONNREFUSED')]
  const one = consumer()
  const running = one.run(handler)
  await expect.poll(complaint, soon).toBe('consumer group g: connect ECONNREFUSED')
  await running
  await expect.poll(() => made[0]?.sought.length, soon).toBe(1)
  await one.stop()
})

test('where kafkajs gives up for good though time would cure it, another consumer takes its place', async () => {
  const one = consumer()
  await one.run(handler)
  made[0]?.crash(notFound)
  expect(complaint()).toBe('consumer group g: Failed to find group coordinator')
  await expect.poll(() => made[1]?.running, soon).toBe(true)
  // The old one's words count no more.
  made[0]?.crash(refused)
  await expect.poll(() => made[1]?.sought.length, soon).toBe(1)
  expect(complaint()).toBeNull()
  await one.stop()
  expect(await one.ended).toBeUndefined()
})

test('what the brokers refuse ends it with its reason', async () => {
  const one = consumer()
  await one.run(handler)
  made[0]?.crash(refused)
  expect(await one.ended).toMatchObject({ code: 'TRB_KAFKA_REFUSED', exitCode: 2 })
  firstConnect = [refused]
  made.length = 0
  await expect(consumer().run(handler)).rejects.toMatchObject({ code: 'TRB_KAFKA_REFUSED' })
})

test('a stop while the brokers are away does not wait for them', async () => {
  firstConnect = Array.from({ length: 1000 }, () => new Error('connect ECONNREFUSED'))
  const one = consumer()
  const running = one.run(handler)
  await expect.poll(complaint, soon).not.toBeNull()
  await one.stop()
  await running
  expect(await one.ended).toBeUndefined()
})
