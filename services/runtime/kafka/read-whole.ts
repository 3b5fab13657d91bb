import type { KafkaRecord, PartitionReader } from './ports.ts'

/** All records that a topic of one partition holds now, the oldest first. */
export async function* readWhole(
  reader: PartitionReader,
  topic: string,
): AsyncGenerator<KafkaRecord, void, void> {
  const batches = reader.read({ topic, partition: 0 }, { from: 'start', untilEnd: true })
  for await (const { records } of batches) yield* records
}
