import { expect, test } from 'vitest'
import { TributaryError } from '../../errors/index.ts'
import { epochMs, offset } from '../../event/ids.ts'
import { createMemoryKafka } from '../../kafka/memory/client.ts'
import type { PartitionHandler, TopicDescription } from '../../kafka/ports.ts'
import { manualClock } from '../../lifecycle/index.ts'
import { silentLogger } from '../../telemetry/index.ts'
import { runConsumer } from './run-consumer.ts'

const options = {
  groupId: 'web',
  sessionTimeoutMs: 1,
  heartbeatIntervalMs: 1,
  fetchWaitMs: 1,
  fetchMinBytes: 1,
  fetchMaxBytesPerPartition: 1,
}
const described = (topic: string, topicId = 'a', partitions = 1): TopicDescription => ({
  topic,
  topicId,
  partitions,
})
const turn = async (): Promise<void> => new Promise(setImmediate)

function world() {
  const kafka = createMemoryKafka({ now: () => epochMs(0) })
  const create = (topic: string): void =>
    kafka.broker.createTopic({ topic, partitions: 1, replicationFactor: 1, config: {} })
  create('one')
  const seen: string[] = []
  const handler: PartitionHandler = {
    assigned: async () => Promise.resolve(new Map()),
    lost: async () => Promise.resolve(),
    async batch({ topic, records }, control) {
      seen.push(...records.map(() => topic))
      const last = records.at(-1)
      if (last !== undefined) await control.commit(offset(last.offset + 1))
    },
  }
  return { kafka, create, seen, handler, clock: manualClock(0) }
}

test('a topic that comes later is read as soon as it is looked for again', async () => {
  const { kafka, create, seen, handler, clock } = world()
  const topics = [described('one')]
  const run = runConsumer({
    kafka: kafka.client(),
    options,
    topics: async () => Promise.resolve([...topics]),
    handler,
    clock,
    log: silentLogger,
  })
  kafka.broker.append('one', { key: null, value: null })
  while (seen.length < 1) await turn()
  create('two')
  topics.push(described('two'))
  kafka.broker.append('two', { key: null, value: null })
  await clock.advance(9999)
  expect(seen).toEqual(['one'])
  await clock.advance(1)
  while (seen.length < 2) await turn()
  expect(seen).toEqual(['one', 'two'])
  await run.stop()
  expect(await run.ended).toBeUndefined()
})

test.each([
  ['was created anew', described('one', 'b')],
  ['has more partitions', described('one', 'a', 2)],
])('a topic that %s is joined anew, though it is called the same', async (_, later) => {
  const { kafka, handler, clock } = world()
  let now = described('one')
  const joined: number[] = []
  const run = runConsumer({
    kafka: kafka.client(),
    options,
    topics: async () => Promise.resolve([now]),
    handler: {
      ...handler,
      async assigned() {
        joined.push(joined.length)
        return Promise.resolve(new Map())
      },
    },
    clock,
    log: silentLogger,
  })
  while (joined.length < 1 || clock.sleepers === 0) await turn()
  now = later
  await clock.advance(10_000)
  while (joined.length < 2) await turn()
  await run.stop()
  expect(await run.ended).toBeUndefined()
})

test('a topic that is deleted while it is looked at, and one that nobody answers for at the join, end nothing', async () => {
  const { kafka, create, seen, handler, clock } = world()
  create('two')
  const missing = new TributaryError('TRB_TOPIC_MISSING', 'gone')
  const answers = [[described('one')], [described('two')]]
  let looks = 0
  const run = runConsumer({
    kafka: {
      consumer: (asked) =>
        asked.topics.includes('one')
          ? {
              ...kafka.client().consumer(asked),
              run: async () => Promise.race([]),
              stop: async () => Promise.resolve(),
              ended: Promise.resolve(undefined),
            }
          : kafka.client().consumer(asked),
    },
    options,
    async topics() {
      looks += 1
      if (looks === 1) throw missing
      return Promise.resolve(answers[Math.min(looks - 2, 1)] ?? [])
    },
    handler,
    clock,
    log: silentLogger,
  })
  kafka.broker.append('two', { key: null, value: null })
  while (seen.length < 1) {
    if (clock.sleepers > 0) await clock.advance(10_000)
    await turn()
  }
  expect(seen).toEqual(['two'])
  await run.stop()
  expect(await run.ended).toBeUndefined()
})

test('a failure to look for topics changes nothing', async () => {
  const { kafka, seen, handler, clock } = world()
  let looks = 0
  const run = runConsumer({
    kafka: kafka.client(),
    options,
    topics: async () => {
      looks += 1
      if (looks > 1) throw new Error('nobody answers')
      return Promise.resolve([described('one')])
    },
    handler,
    clock,
    log: silentLogger,
  })
  while (clock.sleepers === 0) await turn()
  await clock.advance(10_000)
  kafka.broker.append('one', { key: null, value: null })
  while (seen.length < 1) await turn()
  expect(looks).toBe(2)
  await run.stop()
  expect(await run.ended).toBeUndefined()
})

test('an end while topics are waited for is no failure', async () => {
  const { kafka, handler, clock } = world()
  const waiting = Promise.withResolvers<readonly TopicDescription[]>()
  const run = runConsumer({
    kafka: kafka.client(),
    options,
    topics: async () => waiting.promise,
    handler,
    clock,
    log: silentLogger,
  })
  const stopped = run.stop()
  waiting.reject(new Error('nobody waits any more'))
  await stopped
  expect(await run.ended).toBeUndefined()
})
