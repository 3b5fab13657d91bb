import { offset } from '#runtime/event/ids.ts'
import type { KafkaRecord, PartitionReader, TopicPartition } from '#runtime/kafka/ports.ts'

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
export async function* mergeRecords(
  reader: PartitionReader,
  parts: readonly LogPart[],
): AsyncGenerator<PlacedRecord> {
  const present = parts.filter(({ from, until }) => from < until)
  const share = Math.floor(fetchedBytesMax / Math.max(present.length, 1))
  const fetchBytesMax = Math.min(Math.max(share, fetchBytesLeast), fetchBytesMost)
  const sources = present.map((part) => ({
    part,
    records: recordsOf(reader, part, fetchBytesMax),
  }))
  try {
    const heads = await Promise.all(sources.map(async ({ records }) => records.next()))
    for (;;) {
      let first = -1
      let earliest = Number.POSITIVE_INFINITY
      for (const [index, head] of heads.entries())
        if (head.done !== true && head.value.timestamp < earliest) {
          first = index
          earliest = head.value.timestamp
        }
      const [source, head] = [sources[first], heads[first]]
      if (source === undefined || head === undefined || head.done === true) return
      const { topic, partition } = source.part
      yield { topic, partition, record: head.value }
      heads[first] = await source.records.next()
    }
  } finally {
    for (const { records } of sources) await records.return(undefined)
  }
}

async function* recordsOf(
  reader: PartitionReader,
  { topic, partition, from, until }: LogPart,
  fetchBytesMax: number,
): AsyncGenerator<KafkaRecord, undefined> {
  const batches = reader.read(
    { topic, partition },
    { from: offset(from), untilEnd: true, fetchBytesMax },
  )
  for await (const { records } of batches)
    for (const record of records) {
      if (record.offset >= until) return
      yield record
    }
}
