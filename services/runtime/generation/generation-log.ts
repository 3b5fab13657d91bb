import { type Offset, offset } from '../event/ids.ts'
import type { Admin, PartitionReader, Producer } from '../kafka/ports.ts'
import { readWhole } from '../kafka/read-whole.ts'
import { decodeGenerations, encodeGenerations, type GenerationsRecord } from './record.ts'

/** Where the record is kept. */
export interface GenerationLog {
  readonly admin: Pick<Admin, 'describeTopics'>
  readonly reader: PartitionReader
  /** `pipeline.generations` with its prefix. */
  readonly topic: string
}

export interface NewestGenerations {
  /** null: nobody ever rebuilt anything, so that generation 0 serves. */
  readonly record: GenerationsRecord | null
  /** The offset after it; null: there is no such topic. */
  readonly next: Offset | null
}

/** The newest record of the topic. */
export async function readGenerations({
  admin,
  reader,
  topic,
}: GenerationLog): Promise<NewestGenerations> {
  if (!(await admin.describeTopics([topic])).has(topic)) return { record: null, next: null }
  let newest: NewestGenerations = { record: null, next: null }
  for await (const { offset: at, value } of readWhole(reader, topic))
    if (value !== null) newest = { record: decodeGenerations(value), next: offset(at + 1) }
  return newest
}

/** Calls `onRecord` for every record from an offset on, until `signal` aborts. A throw of `onRecord` ends it. */
export async function followGenerations(
  reader: PartitionReader,
  topic: string,
  from: Offset | null,
  onRecord: (record: GenerationsRecord) => void,
  signal: AbortSignal,
): Promise<void> {
  const batches = reader.read(
    { topic, partition: 0 },
    { from: from ?? 'start', untilEnd: false, signal },
  )
  for await (const { records } of batches)
    for (const { value } of records) if (value !== null) onRecord(decodeGenerations(value))
}

export const saveGenerations = (
  producer: Pick<Producer, 'send'>,
  topic: string,
  record: GenerationsRecord,
): Promise<void> =>
  producer.send([
    {
      topic,
      records: [
        { key: Buffer.from('generations'), value: encodeGenerations(record), partition: 0 },
      ],
    },
  ])
