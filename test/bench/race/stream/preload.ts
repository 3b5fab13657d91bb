import type { OutgoingRecord, Producer } from '#runtime/kafka/ports.ts'
import type { Ground } from '../ground.ts'
import type { RaceEvent } from './events.ts'
import { createEncoder, type RawRecord, type TopicOf } from './records.ts'

/** Of one send: more would cost the producer quadratic time. */
const recordsPerSend = 1000

/** Sends all records, in their order, as fast as the broker takes them. */
async function preload(
  records: Iterable<RawRecord>,
  producer: Pick<Producer, 'send'>,
): Promise<void> {
  let waiting: RawRecord[] = []
  const send = async (): Promise<void> => {
    const byTopic = Map.groupBy(waiting, ({ topic }) => topic)
    waiting = []
    await producer.send([...byTopic].map(([topic, of]) => ({ topic, records: of.map(outgoing) })))
  }
  for (const record of records) {
    waiting.push(record)
    if (waiting.length >= recordsPerSend) await send()
  }
  await send()
}

const outgoing = ({ partition, value }: RawRecord): OutgoingRecord => ({
  key: null,
  partition,
  value,
})

/** Sends events to a contestant's topics. */
export interface Sender {
  readonly send: (events: Iterable<RaceEvent>) => Promise<void>
  close(): Promise<void>
}

export async function createSender(
  ground: Pick<Ground, 'addresses' | 'kafka'>,
  topicOf: TopicOf,
): Promise<Sender> {
  const encode = await createEncoder(ground.addresses.registryUrl, topicOf)
  const producer = await ground.kafka.producer()
  return {
    send: async (events) => preload(Iterator.from(events).map(encode), producer),
    close: async () => producer.close(),
  }
}
