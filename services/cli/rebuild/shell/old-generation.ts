import { offset } from '#runtime/event/ids.ts'
import { channels } from '#runtime/event/vocabulary.ts'
import type { GenerationsRecord } from '#runtime/generation/index.ts'
import type {
  KafkaClient,
  KafkaRecord,
  OutgoingBatch,
  PartitionReader,
} from '#runtime/kafka/ports.ts'
import { readWhole } from '#runtime/kafka/read-whole.ts'
import { decodeFrame } from '#runtime/log/frame.ts'
import { decodeExpiry } from '#runtime/log/expiry.ts'
import { decodeLinksRecord } from '#runtime/log/links-record.ts'
import type { Frame } from '#runtime/log/messages.ts'
import { decodeSuppression } from '#runtime/log/suppression.ts'
import { groupName, topicName } from '#schemas/topics.ts'
import type { OldGeneration } from '../generations.ts'
import type { RebuildConnections } from './connections.ts'
import { groupPlace, logEnds } from './group-place.ts'
import { ticks, tombstone } from './nudges.ts'
import { readRows } from './read-rows.ts'

type OldGenerationDeps = Pick<RebuildConnections, 'admin' | 'clickhouse' | 'kafka' | 'prefix'>

/** The generation that serves, as Kafka and ClickHouse hold it. */
export function createOldGeneration(
  { admin, clickhouse, kafka, prefix }: OldGenerationDeps,
  { generation, partitions }: GenerationsRecord['live'],
): OldGeneration {
  const reader = kafka.reader()
  const log = topicName(prefix, 'profile.log', generation)
  const links = topicName(prefix, 'identity.links', generation)
  const suppressions = topicName(prefix, 'identity.suppressions')
  const channelGroups = channels.map((channel) => groupName(prefix, channel))
  return {
    ends: async () => logEnds(admin, log, partitions),
    linksEnd: async () => (await logEnds(admin, links, 1)).high[0] ?? offset(0),
    profiles: async () =>
      groupPlace(admin, groupName(prefix, 'profiles', generation), log, partitions),
    identity: async () => groupPlace(admin, groupName(prefix, 'identity', generation), links, 1),
    async channelMembers() {
      const members = await admin.members(channelGroups)
      return [...members.values()].reduce((sum, count) => sum + count, 0)
    },
    rows: (from, until, after) => readRows(clickhouse, generation, from, until, after),
    async *links(from, until) {
      for await (const { offset: at, key, value } of recordsOf(reader, links, 0, from, until))
        if (value !== null)
          yield {
            offset: at,
            key: key === null ? '' : Buffer.from(key).toString('utf8'),
            record: decodeLinksRecord(value),
          }
    },
    async *tail(partition, from, until) {
      for await (const record of recordsOf(reader, log, partition, from, until)) {
        const { offset: at, timestamp } = record
        yield { offset: at, timestamp, frame: frameOf(record) }
      }
    },
    async lastTimes(below) {
      const { low } = await logEnds(admin, log, partitions)
      const last = below.flatMap((end, partition) =>
        end > (low[partition] ?? 0) ? [[partition, offset(end - 1)] as const] : [],
      )
      const found = await admin.peek(log, new Map(last))
      return [...found.values()].flatMap((records) => records.slice(0, 1)).map(timestampOf)
    },
    suppressions: () => valuesOf(reader, suppressions, decodeSuppression),
    expiries: () => valuesOf(reader, topicName(prefix, 'identity.expiries'), decodeExpiry),
    nudge: async (which) => sendOnce(kafka, ticks(log, which)),
    nudgeLinks: async () => sendOnce(kafka, tombstone(links)),
  }
}

/** Everything that a topic of one partition says now. */
async function* valuesOf<T>(
  reader: PartitionReader,
  topic: string,
  decode: (value: Uint8Array) => T,
): AsyncGenerator<T> {
  for await (const { value } of readWhole(reader, topic)) if (value !== null) yield decode(value)
}

/** kafkajs goes on asking for every topic that a producer ever wrote to: one that outlives the old topics must not have met them. */
async function sendOnce(kafka: Pick<KafkaClient, 'producer'>, batch: OutgoingBatch): Promise<void> {
  const producer = await kafka.producer()
  try {
    await producer.send([batch])
  } finally {
    await producer.close()
  }
}

const timestampOf = ({ timestamp }: KafkaRecord): KafkaRecord['timestamp'] => timestamp

/** Records with an offset in [from, until) that are still there. */
async function* recordsOf(
  reader: PartitionReader,
  topic: string,
  partition: number,
  from: number,
  until: number,
): AsyncGenerator<KafkaRecord> {
  if (from >= until) return
  const batches = reader.read({ topic, partition }, { from: offset(from), untilEnd: true })
  for await (const { records } of batches)
    for (const record of records) {
      if (record.offset >= until) return
      yield record
    }
}

function frameOf({ value }: KafkaRecord): Frame | null {
  if (value === null) return null
  try {
    return decodeFrame(value)
  } catch {
    // The owners refused it as well, and left a dead letter.
    return null
  }
}
