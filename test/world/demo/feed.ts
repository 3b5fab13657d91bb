import type { Producer } from '#runtime/kafka/ports.ts'
import type { WorldRecord } from '../ledger.ts'
import type { LedgerWriter } from '../ledger-file.ts'

export interface Fed {
  readonly records: number
  readonly events: number
}

export interface SendOptions {
  readonly topicName: (topic: WorldRecord['topic']) => string
  readonly producer: Pick<Producer, 'send'>
  readonly ledger: Pick<LedgerWriter, 'write'>
}

/** Sends records to the raw topics; the ledger has an entry before its record can be acknowledged. */
export async function sendRecords(
  batch: readonly WorldRecord[],
  { topicName, producer, ledger }: SendOptions,
): Promise<void> {
  await ledger.write(batch.flatMap((record) => record.entries))
  const byTopic = Map.groupBy(batch, (record) => record.topic)
  await producer.send(
    [...byTopic].map(([topic, of]) => ({
      topic: topicName(topic),
      records: of.map(({ value, headers }) => ({ key: null, value, headers })),
    })),
  )
}

export interface FeedOptions extends SendOptions {
  readonly records: Iterable<WorldRecord>
  readonly onProgress: (events: number) => void
}

/** Records of one send: enough to fill a request, little enough that the ledger never runs far ahead of the broker. */
const recordsPerSend = 1000

/** Sends a whole world as fast as the broker takes it. */
export async function feed({ records, onProgress, ...sending }: FeedOptions): Promise<Fed> {
  let sent = 0
  let events = 0
  let waiting: WorldRecord[] = []
  const send = async (): Promise<void> => {
    await sendRecords(waiting, sending)
    sent += waiting.length
    events += waiting.reduce((sum, record) => sum + record.entries.length, 0)
    waiting = []
    onProgress(events)
  }
  for (const record of records) {
    waiting.push(record)
    if (waiting.length >= recordsPerSend) await send()
  }
  await send()
  return { records: sent, events }
}
