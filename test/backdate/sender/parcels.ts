import { createReadStream, createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { OutgoingBatch } from '#runtime/kafka/ports.ts'
import type { WorldRecord } from '../../world/ledger.ts'

const parcelSchema = z.object({
  events: z.number(),
  /** Bytes of the ledger up to the end of this parcel: what was sent is what stands before it. */
  ledgerEnd: z.number(),
  records: z.array(
    z.object({
      topic: z.string(),
      headers: z.record(z.string(), z.string()),
      /** Base64. */
      value: z.string(),
    }),
  ),
})

/** Records that are due together, as they lie on disk: a line of JSON, made before anything is measured. */
export type Parcel = Readonly<z.infer<typeof parcelSchema>>

export interface ParcelFiles {
  readonly parcels: string
  readonly ledger: string
}

/** Puts a whole world and its ledger on disk; `eventsPerParcel` is passed by the last record of each at most. Returns the number of events. */
export async function packWorld(
  world: Iterable<WorldRecord>,
  files: ParcelFiles,
  {
    topicName,
    eventsPerParcel,
  }: {
    readonly topicName: (topic: WorldRecord['topic']) => string
    readonly eventsPerParcel: number
  },
): Promise<number> {
  const parcels = createWriteStream(files.parcels)
  const ledger = createWriteStream(files.ledger)
  let [total, ledgerEnd] = [0, 0]
  let waiting: WorldRecord[] = []
  let events = 0
  const close = async (): Promise<void> => {
    const lines = waiting
      .flatMap(({ entries }) => entries)
      .map((entry) => `${JSON.stringify(entry)}\n`)
      .join('')
    ledgerEnd += Buffer.byteLength(lines)
    const parcel: Parcel = {
      events,
      ledgerEnd,
      records: waiting.map(({ headers, topic, value }) => ({
        topic: topicName(topic),
        headers,
        value: Buffer.from(value).toString('base64'),
      })),
    }
    total += events
    waiting = []
    events = 0
    if (!ledger.write(lines)) await once(ledger, 'drain')
    if (!parcels.write(`${JSON.stringify(parcel)}\n`)) await once(parcels, 'drain')
  }
  for (const record of world) {
    waiting.push(record)
    events += record.entries.length
    if (events >= eventsPerParcel) await close()
  }
  if (waiting.length > 0) await close()
  await Promise.all(
    [parcels, ledger].map(async (stream) => {
      stream.end()
      await once(stream, 'finish')
    }),
  )
  return total
}

export async function* readParcels(file: string): AsyncGenerator<Parcel> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a line of packWorld's
  for await (const line of createInterface({ input: createReadStream(file) }))
    yield parcelSchema.parse(JSON.parse(line))
}

/** Several parcels as one send. */
export function batchesOf(parcels: readonly Parcel[]): readonly OutgoingBatch[] {
  const records = parcels.flatMap((parcel) => parcel.records)
  return [...Map.groupBy(records, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    records: of.map(({ headers, value }) => ({
      key: null,
      value: Buffer.from(value, 'base64'),
      headers,
    })),
  }))
}
