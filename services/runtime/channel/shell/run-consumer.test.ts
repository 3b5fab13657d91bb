import { expect, test } from 'vitest'
import { epochMs, offset } from '../../event/ids.ts'
import { createMemoryKafka } from '../../kafka/memory/client.ts'
import type { PartitionHandler } from '../../kafka/ports.ts'
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
  const topics = ['one']
  const run = runConsumer({
    kafka: kafka.client(),
    options,
    topics: async () => Promise.resolve([...topics]),
    handler,
    clock,
    log: silentLogger,
    waiting: () => undefined,
  })
  kafka.broker.append('one', { key: null, value: null })
  while (seen.length < 1) await turn()
  create('two')
  topics.push('two')
  kafka.broker.append('two', { key: null, value: null })
  await clock.advance(9999)
  expect(seen).toEqual(['one'])
  await clock.advance(1)
  while (seen.length < 2) await turn()
  expect(seen).toEqual(['one', 'two'])
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
      return Promise.resolve(['one'])
    },
    handler,
    clock,
    log: silentLogger,
    waiting: () => undefined,
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
  const waiting = Promise.withResolvers<readonly string[]>()
  const run = runConsumer({
    kafka: kafka.client(),
    options,
    topics: async () => waiting.promise,
    handler,
    clock,
    log: silentLogger,
    waiting: () => undefined,
  })
  const stopped = run.stop()
  waiting.reject(new Error('nobody waits any more'))
  await stopped
  expect(await run.ended).toBeUndefined()
})
