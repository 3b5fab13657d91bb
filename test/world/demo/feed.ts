import type { Producer } from '#runtime/kafka/ports.ts'
import type { WorldRecord } from '../ledger.ts'
import type { LedgerWriter } from '../ledger-file.ts'

export interface Fed {
  readonly records: number
  readonly events: number
}

export interface FeedOptions {
  readonly records: Iterable<WorldRecord>
  readonly topicName: (topic: WorldRecord['topic']) => string
  readonly producer: Producer
  readonly ledger: LedgerWriter
  readonly onProgress: (events: number) => void
}

/** Records of one send: enough to fill a request, little enough that the ledger never runs far ahead of the broker. */
const recordsPerSend = 1000

/** Sends the world to the raw topics. The ledger has an entry before its record can be acknowledged. */
export async function feed({
  records,
  topicName,
  producer,
  ledger,
  onProgress,
}: FeedOptions): Promise<Fed> {
  let sent = 0
  let events = 0
  let waiting: WorldRecord[] = []
  const send = async (): Promise<void> => {
    const batch = waiting
    waiting = []
    await ledger.write(batch.flatMap((record) => record.entries))
    const byTopic = Map.groupBy(batch, (record) => record.topic)
    await producer.send(
      [...byTopic].map(([topic, of]) => ({
        topic: topicName(topic),
        records: of.map(({ value, headers }) => ({ key: null, value, headers })),
      })),
    )
    sent += batch.length
    events += batch.reduce((sum, record) => sum + record.entries.length, 0)
    onProgress(events)
  }
  for (const record of records) {
    waiting.push(record)
    if (waiting.length >= recordsPerSend) await send()
  }
  await send()
  return { records: sent, events }
}
