import { TributaryError } from '../../errors/index.ts'
import { type EpochMs, type Offset, offset } from '../../event/ids.ts'
import type {
  CommittedOffset,
  KafkaRecord,
  NewTopic,
  OffsetRange,
  OutgoingRecord,
  RecordBatch,
  TopicPartition,
} from '../ports.ts'
import { murmur2Partition } from './murmur2.ts'

interface PartitionLog {
  low: Offset
  high: Offset
  records: KafkaRecord[]
}

interface Topic {
  readonly id: string
  readonly partitions: readonly PartitionLog[]
  config: Readonly<Record<string, string>>
}

export interface MemoryBrokerOptions {
  /** The broker's clock: timestamps of LogAppendTime topics, which all topics here are. */
  readonly now: () => EpochMs
}

export type SendFault = 'before append' | 'after append'

const encoder = new TextEncoder()

/** Topics, records and committed offsets of a broker, in memory. Deterministic: time is an argument, nothing is random. */
export interface MemoryBroker {
  createTopic(topic: NewTopic): void
  deleteTopic(topic: string): void
  topic(name: string): Topic | undefined
  topicNames(): readonly string[]
  append(topic: string, record: OutgoingRecord): void
  /** Records from an offset on, at most `limit`; throws TRB_OFFSET_LOST outside the log. */
  fetch(at: TopicPartition, from: Offset, limit: number): RecordBatch
  records(topic: string, partition: number): readonly KafkaRecord[]
  range(at: TopicPartition): OffsetRange
  deleteRecords(at: TopicPartition, before: Offset): void
  /** Keeps the newest record of each key, as a cleaner would. */
  compact(topic: string): void
  committed(group: string, at: TopicPartition): CommittedOffset | undefined
  commit(group: string, at: TopicPartition, committed: CommittedOffset): void
  /** Forgets the committed offsets of a group. */
  deleteGroup(group: string): void
  /** The next send of any producer fails: before anything is written, or after all of it is (the lost acknowledgement). */
  failNextSend(fault: SendFault): void
  takeSendFault(): SendFault | undefined
  /** Resolves when something is appended, a group changes or a waiter is woken. */
  changed(): Promise<void>
  wake(): void
}

const commitKey = (group: string, at: TopicPartition): string =>
  `${group} ${at.topic}/${at.partition}`

export function createMemoryBroker(options: MemoryBrokerOptions): MemoryBroker {
  const topics = new Map<string, Topic>()
  const commits = new Map<string, CommittedOffset>()
  const faults: SendFault[] = []
  let made = 0
  let change = Promise.withResolvers<void>()

  const wake = (): void => {
    change.resolve()
    change = Promise.withResolvers<void>()
  }
  const existing = (name: string): Topic => {
    const topic = topics.get(name)
    if (topic === undefined) {
      throw new TributaryError('TRB_TOPIC_MISSING', `${name} does not exist`, {
        context: { topic: name },
      })
    }
    return topic
  }
  const logOf = (at: TopicPartition): PartitionLog => {
    const log = existing(at.topic).partitions[at.partition]
    if (log === undefined) {
      const message = `${at.topic} has no partition ${at.partition}`
      throw new TributaryError('TRB_TOPIC_MISSING', message, { context: { ...at } })
    }
    return log
  }
  return {
    createTopic({ topic, partitions, config }) {
      if (topics.has(topic)) return
      made += 1
      topics.set(topic, {
        id: `00000000-0000-0000-0000-${String(made).padStart(12, '0')}`,
        partitions: Array.from({ length: partitions }, () => ({
          low: offset(0),
          high: offset(0),
          records: [],
        })),
        config,
      })
    },
    deleteTopic(name) {
      topics.delete(name)
    },
    topic: (name) => topics.get(name),
    topicNames: () => [...topics.keys()],
    append(name, record) {
      const topic = existing(name)
      const partition = record.partition ?? murmur2Partition(record.key, topic.partitions.length)
      const log = logOf({ topic: name, partition })
      const headers = Object.entries(record.headers ?? {}).map(([header, value]) => [
        header,
        typeof value === 'string' ? encoder.encode(value) : value,
      ])
      log.records.push({
        offset: log.high,
        timestamp: options.now(),
        key: record.key,
        value: record.value,
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets the values
        headers: Object.fromEntries(headers) as KafkaRecord['headers'],
      })
      log.high = offset(log.high + 1)
      wake()
    },
    fetch(at, from, limit) {
      const log = logOf(at)
      if (from < log.low || from > log.high) throw offsetLost(at, from, log)
      const first = log.records.findIndex((record) => record.offset >= from)
      const records = first < 0 ? [] : log.records.slice(first, first + limit)
      return { ...at, records, highWatermark: log.high }
    },
    records: (topic, partition) => logOf({ topic, partition }).records,
    range: (at) => {
      const { low, high } = logOf(at)
      return { low, high }
    },
    deleteRecords(at, before) {
      const log = logOf(at)
      log.low = before
      log.records = log.records.filter((record) => record.offset >= before)
    },
    compact(name) {
      for (const log of existing(name).partitions) {
        const newest = new Map(
          log.records.map((r) => [Buffer.from(r.key ?? []).toString('hex'), r.offset]),
        )
        const keep = new Set(newest.values())
        log.records = log.records.filter((record) => keep.has(record.offset))
      }
    },
    committed: (group, at) => commits.get(commitKey(group, at)),
    commit(group, at, committed) {
      commits.set(commitKey(group, at), committed)
    },
    deleteGroup(group) {
      for (const key of commits.keys()) if (key.startsWith(`${group} `)) commits.delete(key)
    },
    failNextSend: (fault) => void faults.push(fault),
    takeSendFault: () => faults.shift(),
    changed: async () => change.promise,
    wake,
  }
}

export function offsetLost(at: TopicPartition, from: number, range: OffsetRange): TributaryError {
  const message = `${at.topic}/${at.partition}: asked for ${from}, the log holds ${range.low} to ${range.high}`
  return new TributaryError('TRB_OFFSET_LOST', message, {
    context: { ...at, start: from, low: range.low, high: range.high },
  })
}
