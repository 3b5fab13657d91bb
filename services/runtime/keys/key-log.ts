import type { Admin, KafkaClient, PartitionReader, Producer } from '../kafka/ports.ts'
import { readWhole } from '../kafka/read-whole.ts'
import { chooseKey, type KeyRing, type ServingKey } from './key-ring.ts'
import { decodeKeyRecord, encodeKeyRecord, type KeyRecord } from './key-record.ts'

/** Where the fingerprints are kept. */
export interface KeyLog {
  readonly admin: Pick<Admin, 'describeTopics'>
  readonly reader: PartitionReader
  /** `pipeline.keys` with its prefix. */
  readonly topic: string
}

/** Every record, oldest first; none where there is no such topic. */
export async function readKeyRecords({
  admin,
  reader,
  topic,
}: KeyLog): Promise<readonly KeyRecord[]> {
  if (!(await admin.describeTopics([topic])).has(topic)) return []
  const found: KeyRecord[] = []
  for await (const { value } of readWhole(reader, topic))
    if (value !== null) found.push(decodeKeyRecord(value))
  return found
}

export const recordKey = async (
  producer: Pick<Producer, 'send'>,
  topic: string,
  record: KeyRecord,
): Promise<void> =>
  producer.send([
    {
      topic,
      records: [
        {
          key: Buffer.from(String(record.generation)),
          value: encodeKeyRecord(record),
          partition: 0,
        },
      ],
    },
  ])

/** The key of a generation; refuses a ring that does not have it. */
export const readServingKey = async (
  log: KeyLog,
  ring: KeyRing,
  generation: number,
): Promise<ServingKey> => chooseKey(ring, await readKeyRecords(log), generation)

/**
 * The same for whoever makes pseudonyms: an installation that has recorded none adopts the key that they are made with first.
 * @throws TributaryError TRB_KEY_MISMATCH.
 */
export async function adoptServingKey(
  log: KeyLog,
  kafka: Pick<KafkaClient, 'producer'>,
  ring: KeyRing,
  generation: number,
): Promise<ServingKey> {
  const found = await readServingKey(log, ring, generation)
  if (found.recorded) return found
  const producer = await kafka.producer()
  try {
    await recordKey(producer, log.topic, { generation, key: found.key.id })
  } finally {
    await producer.close()
  }
  return readServingKey(log, ring, generation)
}
