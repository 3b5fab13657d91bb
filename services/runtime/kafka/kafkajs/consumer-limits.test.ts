/* oxlint-disable typescript/no-unsafe-type-assertion -- as much of kafkajs as is used before it connects */
import type { Consumer, ConsumerConfig, ConsumerRunConfig } from 'kafkajs'
import { expect, it } from 'vitest'
import { silentLogger } from '../../telemetry/logger.ts'
import { unwatched } from '../watch.ts'
import { createGroupConsumer } from './consumer.ts'

/** What kafkajs is told by a consumer that asks for so many bytes of a partition. */
async function toldTo(fetchMaxBytesPerPartition: number) {
  const configs: ConsumerConfig[] = []
  const runs: ConsumerRunConfig[] = []
  const kafkajs = {
    events: {},
    on: () => () => undefined,
    connect: async () => Promise.resolve(),
    subscribe: async () => Promise.resolve(),
    run: async (run: ConsumerRunConfig) => Promise.resolve(void runs.push(run)),
    stop: async () => Promise.resolve(),
    disconnect: async () => Promise.resolve(),
  }
  const consumer = createGroupConsumer(
    {
      groupId: 'g',
      topics: ['t'],
      sessionTimeoutMs: 30_000,
      heartbeatIntervalMs: 3000,
      fetchWaitMs: 100,
      fetchMinBytes: 1,
      fetchMaxBytesPerPartition,
    },
    {
      kafka: {
        consumer(config) {
          configs.push(config)
          return kafkajs as unknown as Consumer
        },
      },
      ending: new Set(),
      startingOffsets: { of: async () => Promise.resolve(new Map()) },
      log: silentLogger,
      watch: unwatched,
      partitionsConcurrently: 4,
      retry: { initialRetryTime: 1, maxRetryTime: 1, retries: 0 },
    },
  )
  await consumer.run({
    assigned: async () => Promise.resolve(new Map()),
    lost: async () => Promise.resolve(),
    batch: async () => Promise.resolve(),
  })
  await consumer.stop()
  const { maxBytes, maxBytesPerPartition } = configs[0] ?? {}
  return { maxBytes, maxBytesPerPartition, atOnce: runs[0]?.partitionsConsumedConcurrently }
}

const mebibyte = 1024 * 1024

it('a fetch has as many bytes as its limits, of a partition and of all, and so many partitions are in work', async () => {
  expect(await toldTo(4 * mebibyte)).toEqual({
    maxBytes: 32 * mebibyte,
    maxBytesPerPartition: 4 * mebibyte,
    atOnce: 4,
  })
})

it('a partition that may have more than all together raises the limit of all', async () => {
  expect((await toldTo(33 * mebibyte)).maxBytes).toBe(33 * mebibyte)
})
