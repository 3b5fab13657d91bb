import { TributaryError } from '../../errors/index.ts'
import { type EpochMs, offset } from '../../event/ids.ts'
import { createGroupCommitQueue } from '../group-commit.ts'
import type {
  Admin,
  CommittedOffset,
  KafkaClient,
  KafkaRecord,
  OffsetRange,
  PartitionReader,
  Producer,
  TopicPartition,
} from '../ports.ts'
import { createMemoryBroker, type MemoryBroker, offsetLost } from './broker.ts'
import { createMemoryConsumer } from './consumer.ts'
import { createMemoryGroup, type MemoryGroup } from './group.ts'

export interface MemoryKafkaOptions {
  readonly now: () => EpochMs
  /** Records per batch of a consumer or reader; small values make many flushes. */
  readonly batchRecordsMax?: number
}

export interface MemoryKafka {
  readonly broker: MemoryBroker
  client(): KafkaClient
  /** Takes all partitions of a group from its members and assigns them anew. */
  rebalance(group: string): void
}

const batchRecordsDefault = 500
const peekRecords = 10

/** Kafka's port without Kafka: for tests and simulations. Every client shares the one broker. */
export function createMemoryKafka(options: MemoryKafkaOptions): MemoryKafka {
  const broker = createMemoryBroker(options)
  const batchRecordsMax = options.batchRecordsMax ?? batchRecordsDefault
  const groups = new Map<string, MemoryGroup>()

  const partitionsOf = (topics: readonly (string | RegExp)[]): readonly TopicPartition[] =>
    broker
      .topicNames()
      .filter((name) => topics.some((t) => (typeof t === 'string' ? t === name : t.test(name))))
      .toSorted()
      .flatMap((topic) =>
        Array.from({ length: broker.topic(topic)?.partitions.length ?? 0 }, (_, partition) => ({
          topic,
          partition,
        })),
      )
  const groupOf = (id: string): MemoryGroup => {
    const group = groups.get(id) ?? createMemoryGroup(partitionsOf)
    groups.set(id, group)
    return group
  }

  return {
    broker,
    rebalance: (group) => groupOf(group).rebalance(),
    client: () => ({
      consumer: (consumerOptions) =>
        createMemoryConsumer(
          consumerOptions,
          broker,
          groupOf(consumerOptions.groupId),
          batchRecordsMax,
        ),
      producer: async () => Promise.resolve(createMemoryProducer(broker)),
      reader: () => createMemoryReader(broker, batchRecordsMax),
      admin: async () =>
        Promise.resolve(createMemoryAdmin(broker, (id) => groups.get(id)?.size() ?? 0)),
      close: async () => Promise.resolve(),
    }),
  }
}

function createMemoryProducer(broker: MemoryBroker): Producer {
  const queue = createGroupCommitQueue(async (request) => {
    await Promise.resolve()
    const fault = broker.takeSendFault()
    if (fault === 'before append') throw new Error('the broker went away')
    for (const { topic, records } of request) {
      for (const record of records) broker.append(topic, record)
    }
    if (fault === 'after append') throw new Error('the acknowledgement was lost')
  })
  return { send: async (batches) => queue.send(batches), close: async () => queue.drain() }
}

function createMemoryReader(broker: MemoryBroker, batchRecordsMax: number): PartitionReader {
  return {
    async *read(at, { from, untilEnd, signal }) {
      const range = broker.range(at)
      let next = from === 'start' ? range.low : from
      if (next < range.low || next > range.high) throw offsetLost(at, next, range)
      const wake = (): void => broker.wake()
      signal?.addEventListener('abort', wake)
      try {
        const isDone = (): boolean => signal?.aborted === true || (untilEnd && next >= range.high)
        while (!isDone()) {
          const changed = broker.changed()
          const batch = broker.fetch(at, next, batchRecordsMax)
          const last = batch.records.at(-1)
          if (last === undefined) {
            if (untilEnd) return
            await changed
            continue
          }
          next = offset(last.offset + 1)
          yield batch
        }
      } finally {
        signal?.removeEventListener('abort', wake)
      }
    },
  }
}

/** A call that is over at once, whose error is a rejection as a broker's would be. */
const done = async (work: () => void): Promise<void> => Promise.resolve().then(work)

function createMemoryAdmin(broker: MemoryBroker, membersOf: (group: string) => number): Admin {
  const partitionsOf = (topic: string): number => {
    const found = broker.topic(topic)
    if (found !== undefined) return found.partitions.length
    throw new TributaryError('TRB_TOPIC_MISSING', `${topic} does not exist`, { context: { topic } })
  }
  const overPartitions = <T>(
    topic: string,
    look: (at: TopicPartition) => T | undefined,
  ): Map<number, T> => {
    const found = new Map<number, T>()
    for (let partition = 0; partition < partitionsOf(topic); partition += 1) {
      const value = look({ topic, partition })
      if (value !== undefined) found.set(partition, value)
    }
    return found
  }
  const configOf = (topic: string, names: readonly string[]): ReadonlyMap<string, string> => {
    const config = Object.entries(broker.topic(topic)?.config ?? {})
    return new Map(config.filter(([name]) => names.includes(name)))
  }
  const assertEmpty = (group: string): void => {
    const members = membersOf(group)
    if (members === 0) return
    throw new TributaryError('TRB_GROUP_IN_USE', `${group} has ${members} members`, {
      context: { group, members },
    })
  }
  return {
    describeTopics: async (topics) =>
      Promise.resolve(
        new Map(
          topics.flatMap((topic) => {
            const found = broker.topic(topic)
            if (found === undefined) return []
            return [[topic, { topic, topicId: found.id, partitions: found.partitions.length }]]
          }),
        ),
      ),
    createTopics: async (topics) =>
      done(() => topics.forEach((topic) => broker.createTopic(topic))),
    listTopics: async () => Promise.resolve(broker.topicNames()),
    offsets: async (topic) =>
      Promise.resolve(overPartitions<OffsetRange>(topic, (at) => broker.range(at))),
    committed: async (group, topic) =>
      Promise.resolve(overPartitions<CommittedOffset>(topic, (at) => broker.committed(group, at))),
    deleteTopics: async (topics) =>
      done(() => topics.forEach((topic) => broker.deleteTopic(topic))),
    topicConfig: async (topic, names) => Promise.resolve(configOf(topic, names)),
    topicConfigs: async (topics, names) => {
      await done(() => void topics.map(partitionsOf))
      return new Map(topics.map((topic) => [topic, configOf(topic, names)]))
    },
    setTopicConfig: async (topic, config) =>
      done(() => {
        partitionsOf(topic)
        const found = broker.topic(topic)
        if (found !== undefined) found.config = { ...found.config, ...config }
      }),
    resetCommitted: async (group, topic, offsets) =>
      done(() => {
        assertEmpty(group)
        for (const [partition, at] of offsets) {
          broker.commit(group, { topic, partition }, { offset: at, metadata: null })
        }
      }),
    deleteRecords: async (topic, before) =>
      done(() => {
        for (const [partition, at] of before) broker.deleteRecords({ topic, partition }, at)
      }),
    deleteGroups: async (ids) =>
      done(() => {
        ids.forEach(assertEmpty)
        ids.forEach((id) => broker.deleteGroup(id))
      }),
    clusterId: async () => Promise.resolve('memory'),
    metadataVersion: async () => Promise.resolve(null),
    members: async (ids) => Promise.resolve(new Map(ids.map((id) => [id, membersOf(id)]))),
    peek: async (topic, from) => {
      const found = new Map<number, readonly KafkaRecord[]>()
      await done(() => {
        for (const [partition, at] of from) {
          const { records } = broker.fetch({ topic, partition }, at, peekRecords)
          if (records.length > 0) found.set(partition, records)
        }
      })
      return found
    },
    close: async () => Promise.resolve(),
  }
}
