// The floor's share of a channel service: consume, decode, one hop in frames. What the event says is decoded and thrown away.
import { epochMs, offset } from '#runtime/event/ids.ts'
import type { RecordBatch } from '#runtime/kafka/ports.ts'
import { withHeartbeat } from '#runtime/kafka/with-heartbeat.ts'
import { packFrames } from '#runtime/log/frame.ts'
import type { Message } from '#runtime/log/messages.ts'
import {
  createRegistryClient,
  createRegistryDecoder,
  forgetfulStore,
} from '#runtime/registry/index.ts'
import { constantEvent } from './constant-event.ts'
import { readFromStart } from './handler.ts'
import { consumerOptions, openKafka, readSettings, stopOnTerm } from './settings.ts'

const settings = readSettings(process.argv.slice(2))
const kafka = openKafka(settings)
const producer = await kafka.producer()
const decoder = createRegistryDecoder({
  client: createRegistryClient({ url: settings.registry }),
  store: forgetfulStore,
  now: () => epochMs(Date.now()),
})

async function messagesOf({ records }: RecordBatch): Promise<readonly Message[]> {
  const messages: Message[] = []
  for (const { offset: at, value } of records) {
    const asked = decoder.decode(value ?? new Uint8Array())
    const outcome = asked instanceof Promise ? await asked : asked
    if (!outcome.ok) throw new Error(`a raw record could not be decoded: ${outcome.detail}`)
    messages.push({
      position: [at, 0, 0],
      body: { kind: 'event', event: constantEvent(outcome.value) },
    })
  }
  return messages
}

const consumer = kafka.consumer(consumerOptions(settings))
await consumer.run(
  readFromStart(async (batch, control) => {
    const { partition, records, topic } = batch
    const messages = await messagesOf(batch)
    const origin = { kind: 'raw', topic, incarnation: 1, partition } as const
    const frames = packFrames({ origin, logTime: null, messages })
    await withHeartbeat(control, async () =>
      producer.send([
        {
          topic: settings.hop,
          records: frames.map((value) => ({ key: null, value, partition })),
        },
      ]),
    )
    await control.commit(offset((records.at(-1)?.offset ?? 0) + 1))
  }),
)
stopOnTerm(async () => {
  await consumer.stop()
  await producer.close()
  await kafka.close()
})
