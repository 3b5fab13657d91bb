import { isTributaryError } from '#runtime/errors/index.ts'
import { type Offset, offset } from '#runtime/event/ids.ts'
import type { Admin, KafkaRecord, PartitionReader, TopicPartition } from '#runtime/kafka/ports.ts'

/** What a trace asks of Kafka: single records, and the first one after a time that is what it looks for. */
export interface LogReader {
  /** null: not in the log, or there is no such log. */
  record(at: TopicPartition, at_offset: number): Promise<KafkaRecord | null>
  /** The first record since `time` that `found` says yes to, among so many; null: none. */
  firstSince(
    at: TopicPartition,
    time: number,
    found: (record: KafkaRecord) => boolean,
  ): Promise<KafkaRecord | null>
  /** Of a topic that is not there: 0. */
  partitions(topic: string): Promise<number>
}

/** A trace is for somebody who waits: what is not found among so many is not looked for any further. */
const recordsMax = 20_000

export function createLogReader(admin: Admin, reader: () => PartitionReader): LogReader {
  const peek = async (at: TopicPartition, from: number): Promise<readonly KafkaRecord[]> => {
    try {
      const found = await admin.peek(at.topic, new Map([[at.partition, offset(from)]]))
      return found.get(at.partition) ?? []
    } catch (error) {
      if (isTributaryError(error, 'TRB_OFFSET_LOST')) return []
      // Rows outlive the topic that they came of.
      if (isTributaryError(error, 'TRB_TOPIC_MISSING')) return []
      throw error
    }
  }

  /** The first offset whose record is not older than `time`; brokers stamp records in order. */
  const offsetAt = async (at: TopicPartition, time: number): Promise<Offset | null> => {
    const range = (await admin.offsets(at.topic)).get(at.partition)
    if (range === undefined || range.low >= range.high) return null
    let low: number = range.low
    let high: number = range.high
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const [first] = await peek(at, middle)
      if (first === undefined || first.offset >= high) high = middle
      else if (first.timestamp >= time) high = middle
      else low = first.offset + 1
    }
    return low < range.high ? offset(low) : null
  }

  return {
    async record(at, wanted) {
      const first = (await peek(at, wanted))[0]
      return first?.offset === wanted ? first : null
    },
    async firstSince(at, time, found) {
      const from = await offsetAt(at, time)
      if (from === null) return null
      let seen = 0
      for await (const { records } of reader().read(at, { from, untilEnd: true })) {
        for (const record of records) if (found(record)) return record
        seen += records.length
        if (seen >= recordsMax) break
      }
      return null
    },
    async partitions(topic) {
      return (await admin.describeTopics([topic])).get(topic)?.partitions ?? 0
    },
  }
}
