import avro from 'avsc'
import { z } from 'zod'
import { avroSchemaText } from '#schemas/avro/schemas.ts'
import { isRejection } from '#runtime/channel/core/fields.ts'
import { createRecordDecoder } from '#runtime/channel/shell/registry-decoder.ts'
import type { SourceFormat } from '#runtime/channel/core/settings.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { createRegistryDecoder } from '#runtime/registry/decoder.ts'
import { forgetfulStore } from '#runtime/registry/schema-store.ts'
import { FuzzFailure, timed } from '../support/channel/fuzz.ts'
import { createRandom, type Random } from '../world/random.ts'

export interface DecoderFuzzResult {
  readonly runs: number
  readonly decoded: number
  readonly refused: number
  readonly slowestMs: number
}

const schemaId = 7

/** Events as a producer hands them to its encoder, unions wrapped. */
const avroEvents: readonly object[] = [
  {
    event_id: { string: 'e-1' },
    source: 'app',
    type: 'order_completed',
    occurred_at: 1_772_445_600_000,
    identifiers: [
      { type: 'user_id', value: 'u-1' },
      { type: 'email', value: 'änna@shop.test' },
    ],
    traits: {
      plan: { string: 'gold' },
      visits: { long: 3 },
      share: { double: 0.5 },
      vip: { boolean: true },
    },
    consent: { email_marketing: 'granted', analytics: 'denied' },
    properties: {
      total: { double: 12.5 },
      tags: { array: [{ string: 'a' }, null, { long: 7 }] },
      address: { map: { city: { string: 'Köln' } } },
    },
  },
  {
    event_id: null,
    source: 'app',
    type: 'page_viewed',
    occurred_at: 0,
    identifiers: [],
    traits: {},
    consent: {},
    properties: {},
  },
]

const eventType = avro.Type.forSchema(
  z.custom<avro.Schema>().parse(JSON.parse(avroSchemaText('channels/channel-event'))),
  { wrapUnions: 'always' },
)

const avroExamples = avroEvents.map((event) =>
  Buffer.concat([Buffer.from([0, 0, 0, 0, schemaId]), eventType.toBuffer(event)]),
)
const avroExample = (random: Random): Buffer =>
  avroExamples[random.int(avroExamples.length)] ?? Buffer.alloc(0)

const jsonExample = Buffer.from(
  JSON.stringify([{ event: 'open', email: 'ännä@shop.test', n: 1.5e3, list: [1, { a: null }] }]),
)
const csvExample = Buffer.from('id,name,at\n1,"Müller, A",2026-03-02\n2,"say ""hi""",2026-03-03\n')
const textExample = Buffer.from('mandrill_events=%5B%7B%22event%22%3A%22open%22%7D%5D\tx\ty\n')

/** Bits flipped, pieces cut out, doubled or put in, ends cut off. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  let out = Buffer.from(bytes)
  for (let left = 1 + random.int(5); left > 0 && out.length > 0; left--) {
    const at = random.int(out.length)
    const length = Math.min(random.int(16), out.length - at)
    const point = random.next()
    if (point < 0.4) out[at] = random.int(256)
    else if (point < 0.6) out = Buffer.concat([out.subarray(0, at), out.subarray(at + length)])
    else if (point < 0.75) out = Buffer.from(out.subarray(0, at))
    else if (point < 0.9) out = Buffer.concat([out.subarray(0, at + length), out.subarray(at)])
    else {
      const noise = Buffer.from(
        Array.from({ length }, () => (random.chance(0.5) ? 255 : random.int(256))),
      )
      out = Buffer.concat([out.subarray(0, at), noise, out.subarray(at)])
    }
  }
  return out
}

export const decoderFormats = [
  'avro',
  'json',
  'csv',
  'text',
  'detect',
] as const satisfies readonly SourceFormat[]

const examples: Readonly<Record<(typeof decoderFormats)[number], (random: Random) => Buffer>> = {
  avro: avroExample,
  json: () => jsonExample,
  csv: () => csvExample,
  text: () => textExample,
  detect: (random) => (random.chance(0.5) ? avroExample(random) : jsonExample),
}

/**
 * Damaged bytes through a decoder: a value or a typed refusal, never a throw, never a hang.
 * @throws FuzzFailure
 */
export async function fuzzDecoder(
  format: (typeof decoderFormats)[number],
  { runs, seed = 1, from = 0 }: { runs: number; seed?: number; from?: number },
): Promise<DecoderFuzzResult> {
  const decoder = createRecordDecoder(
    createRegistryDecoder({
      client: {
        schemaById: async (id) =>
          Promise.resolve(
            id === schemaId
              ? { type: 'AVRO', text: avroSchemaText('channels/channel-event'), references: [] }
              : undefined,
          ),
      },
      store: forgetfulStore,
      now: () => epochMs(0),
    }),
  )
  const source = { format, csv: { delimiter: ',', columns: null } }
  let decoded = 0
  let slowestMs = 0
  for (let run = from; run < from + runs; run++) {
    const random = createRandom(seed, run)
    const bytes = mutateBytes(random, examples[format](random))
    try {
      let outcome = decoder.decode(bytes, source)
      if ('schemaNeeded' in outcome) {
        await decoder.lookUp(outcome.schemaNeeded)
        outcome = decoder.decode(bytes, source)
      }
      if (!isRejection(outcome) && 'value' in outcome) decoded += 1
      const decode = (): void => void decoder.decode(bytes, source)
      slowestMs = Math.max(slowestMs, timed(decode, decode))
    } catch (error) {
      throw new FuzzFailure(seed, run, bytes.toString('base64'), error)
    }
  }
  return { runs, decoded, refused: runs - decoded, slowestMs }
}
