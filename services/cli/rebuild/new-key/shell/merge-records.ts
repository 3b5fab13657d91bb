import { offset } from '#runtime/event/ids.ts'
import type { KafkaRecord, PartitionReader, TopicPartition } from '#runtime/kafka/ports.ts'
import { mergeByTime } from '../../core/merge-by-time.ts'

/** A part of a partition's log: records with an offset in [from, until). */
export interface LogPart extends TopicPartition {
  readonly from: number
  readonly until: number
}

export interface PlacedRecord extends TopicPartition {
  readonly record: KafkaRecord
}

/** What all fetches together may hold. */
const fetchedBytesMax = 256 * 1024 * 1024
const fetchBytesLeast = 64 * 1024
const fetchBytesMost = 4 * 1024 * 1024

/** Parts of several logs as one, by the records' times; equal ones in the order of the parts. Each keeps its own order. */
export function mergeRecords(
  reader: PartitionReader,
  parts: readonly LogPart[],
): AsyncIterable<PlacedRecord> {
  const present = parts.filter(({ from, until }) => from < until)
  const share = Math.floor(fetchedBytesMax / Math.max(present.length, 1))
  const fetchBytesMax = Math.min(Math.max(share, fetchBytesLeast), fetchBytesMost)
  return mergeByTime(
    present.map((part) => recordsOf(reader, part, fetchBytesMax)),
    ({ record }) => record.timestamp,
  )
}

async function* recordsOf(
  reader: PartitionReader,
  { topic, partition, from, until }: LogPart,
  fetchBytesMax: number,
): AsyncGenerator<PlacedRecord, undefined> {
  const batches = reader.read(
    { topic, partition },
    { from: offset(from), untilEnd: true, fetchBytesMax },
  )
  for await (const { records } of batches)
    for (const record of records) {
      if (record.offset >= until) return
      yield { topic, partition, record }
    }
}
