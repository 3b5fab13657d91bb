/* oxlint-disable typescript/no-unsafe-type-assertion -- the inside of kafkajs has no types */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32c } from './crc32c.ts'
import { groupMessages, murmur2 } from './partitioning.ts'
import { createQuickEncoder, type EncoderClass } from './quick-encoder.ts'
import { type BatchContext, createRecordDecoder } from './record-decoder.ts'
import { createRecordEncoder } from './record-encoder.ts'

const require = createRequire(import.meta.url)
const load = (path: string): unknown => require(`kafkajs/src/${path}`) as unknown

const Decoder = load('protocol/decoder') as new (bytes: Buffer) => { readonly buffer: Buffer }
const encodeRecord = load('protocol/recordBatch/record/v0') as (record: object) => {
  readonly buffer: Buffer
}
type Decode = ReturnType<typeof createRecordDecoder>
const theirs = load('protocol/recordBatch/record/v0/decoder') as Decode
const crcOfTheirs = load('protocol/recordBatch/crc32C') as (bytes: Buffer) => number

test('the sum is that of the standard, and of kafkajs, for bytes of any length', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(crc32c(bytes)).toBe(crcOfTheirs(Buffer.from(bytes)))
    }),
  )
})

const anyContext: fc.Arbitrary<BatchContext> = fc.record({
  firstOffset: fc.maxSafeNat().map((n) => String(Math.floor(n / 2))),
  firstTimestamp: fc.oneof(fc.constant('-1'), fc.nat(4e12).map(String)),
  maxTimestamp: fc.oneof(fc.constant('-1'), fc.nat(4e12).map(String)),
  timestampType: fc.constantFrom(-1, 0, 1),
  magicByte: fc.constant(2),
  isControlBatch: fc.boolean(),
})
const anyBytes = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes))
const anyRecord = fc.record({
  offsetDelta: fc.nat(2 ** 29),
  timestampDelta: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  key: fc.option(anyBytes, { nil: null }),
  value: fc.option(anyBytes, { nil: null }),
  headers: fc.oneof(
    fc.constant({}),
    fc.dictionary(fc.string({ maxLength: 5 }), anyBytes, { maxKeys: 2, noNullPrototype: true }),
  ),
})

/** What a record's bytes say, without the length that stands before them. */
function bodyOf(record: object): Buffer {
  const { buffer } = encodeRecord(record)
  return buffer.subarray(1 + buffer.findIndex((byte) => byte < 0x80))
}
const decoded = (decode: Decode, bytes: Buffer, context: BatchContext): unknown => {
  try {
    return decode(new Decoder(bytes), context)
  } catch (error) {
    return String(error)
  }
}

test('a record is what kafkajs takes it for, one after another of the same batch or of others', () => {
  fc.assert(
    fc.property(
      fc.array(anyContext, { minLength: 1 }),
      fc.array(anyRecord),
      (contexts, records) => {
        const ours = createRecordDecoder(theirs)
        for (const context of contexts)
          for (const record of records) {
            const bytes = bodyOf(record)
            expect(decoded(ours, bytes, context)).toEqual(decoded(theirs, bytes, context))
          }
      },
    ),
  )
})

test('a record with an ordinary time and no headers is decoded without kafkajs', () => {
  const ours = createRecordDecoder(() => {
    throw new Error('left to kafkajs')
  })
  const bytes = bodyOf({ offsetDelta: 3, timestampDelta: 5, key: null, value: Buffer.from('v') })
  expect(
    decoded(ours, bytes, {
      firstOffset: '40',
      firstTimestamp: '1000',
      maxTimestamp: '1010',
      timestampType: 0,
      magicByte: 2,
    }),
  ).toMatchObject({ offset: '43', timestamp: '1005', key: null, value: Buffer.from('v') })
})

test('bytes that are damaged are taken as kafkajs takes them, or left to it', () => {
  const left = new Error('left to kafkajs')
  const ours = createRecordDecoder(() => {
    throw left
  })
  fc.assert(
    fc.property(
      anyContext,
      anyRecord,
      fc.nat(),
      fc.nat(255),
      fc.nat(3),
      (context, record, at, byte, cut) => {
        const bytes = Buffer.from(bodyOf(record))
        bytes[at % bytes.length] = byte
        const short = bytes.subarray(0, bytes.length - cut)
        const one = decoded(ours, short, context)
        expect(one).toEqual(one === String(left) ? one : decoded(theirs, short, context))
      },
    ),
    { numRuns: 1000 },
  )
})

const encoderOfTheirs = load('protocol/encoder') as EncoderClass

/** A copy of kafkajs's encoder: to make a quick one changes what it is made of. */
class EncoderCopy extends encoderOfTheirs {}
const QuickEncoder = createQuickEncoder(EncoderCopy)

test('numbers and bytes are written as kafkajs writes them, in memory that held something before', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer(), fc.uint8Array({ maxLength: 2000 }), fc.string())),
      fc.integer({ min: 0, max: 2000 }),
      (values, size) => {
        Buffer.allocUnsafe(2000).fill(0xaa)
        const [ours, other] = [new QuickEncoder(size), new encoderOfTheirs(size)] as unknown as [
          Writer,
          Writer,
        ]
        for (const writer of [ours, other])
          for (const value of values)
            if (typeof value === 'number') writer.writeVarInt(value).writeInt32(value)
            else writer.writeVarIntBytes(typeof value === 'string' ? value : Buffer.from(value))
        expect(ours.buffer).toEqual(other.buffer)
        expect(ours.size()).toBe(other.size())
      },
    ),
  )
})

test('who took up kafkajs before still writes what kafkajs writes', () => {
  const writer = new EncoderCopy() as unknown as Nesting
  const within = new EncoderCopy() as unknown as Nesting
  writer.writeInt32(7).writeEncoder(within.writeInt32(8)).writeBytes(Buffer.alloc(5000))
  expect(writer.size()).toBe(5012)
  expect(writer.buffer.subarray(0, 12).toString('hex')).toBe('000000070000000800001388')
})

/** What a request is made of: numbers, bytes, and others within it. */
type Written = number | Buffer | readonly Written[]
const { written } = fc.letrec<{ written: readonly Written[] }>((tie) => ({
  written: fc.array(
    fc.oneof(
      { maxDepth: 4 },
      fc.nat(),
      fc.nat(9000).map((length) => Buffer.alloc(length, length)),
      tie('written'),
    ),
    { maxLength: 6 },
  ),
}))

function writeAll(encoder: EncoderClass, all: readonly Written[]): Nesting {
  const to = new encoder() as unknown as Nesting
  for (const one of all)
    if (typeof one === 'number') to.writeInt32(one)
    else if (!Buffer.isBuffer(one)) {
      const within = writeAll(encoder, one)
      to.writeInt32(within.size()).writeEncoder(within)
      to.writeArray([within, within], 'object').writeBytes(within.buffer)
    } else if (one.length % 2 === 0) to.writeBytes(one)
    else to.writeBuffer(one)
  return to
}

test('what is put into one another is written as kafkajs writes it, large or small', () => {
  fc.assert(
    fc.property(written, (all) => {
      const [ours, other] = [writeAll(QuickEncoder, all), writeAll(encoderOfTheirs, all)]
      expect(ours.size()).toBe(other.size())
      expect(ours.buffer.equals(other.buffer)).toBe(true)
      expect(ours.writeInt32(7).buffer.equals(other.writeInt32(7).buffer)).toBe(true)
    }),
  )
})

test('large bytes are not copied until all is put together', () => {
  const large = Buffer.alloc(5000)
  const within = new QuickEncoder()
  within.writeInt32(1).writeBytes(large)
  const around = new QuickEncoder()
  around.writeEncoderArray([within])
  expect(around.kept?.pieces.some((piece) => piece === large)).toBe(true)
  expect(around.size()).toBe(5008)
})

interface Nesting extends Writer {
  writeEncoder(encoder: Nesting): this
  writeArray(encoders: readonly Nesting[], type: 'object'): this
  writeBytes(bytes: Buffer): this
  writeBuffer(bytes: Buffer): this
}

interface Writer {
  readonly buffer: Buffer
  writeVarInt(value: number): this
  writeInt32(value: number): this
  writeVarIntBytes(value: Buffer | string): this
  size(): number
}

const anyText = fc.string({ unit: 'binary', maxLength: 40 })
const largeBytes = fc.constant(Buffer.alloc(9000, 1))
const outgoing = fc.record(
  {
    offsetDelta: fc.nat(2 ** 20),
    timestampDelta: fc.oneof(fc.nat(1000), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
    key: fc.option(fc.oneof(anyBytes, anyText), { nil: null }),
    value: fc.option(fc.oneof(anyBytes, anyText, largeBytes), { nil: null }),
    headers: fc.dictionary(anyText, fc.oneof(anyBytes, anyText, fc.array(anyBytes)), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  },
  { requiredKeys: [] },
)

test('a record is written as kafkajs writes it', () => {
  const ours = createRecordEncoder(encodeRecord as never, QuickEncoder)
  fc.assert(
    fc.property(outgoing, (record) => {
      expect(ours(record).buffer).toEqual(encodeRecord(record).buffer)
    }),
    { numRuns: 500 },
  )
})

test('a record of bytes with an ordinary time is written without kafkajs', () => {
  const ours = createRecordEncoder(() => {
    throw new Error('left to kafkajs')
  }, QuickEncoder)
  const record = { key: null, value: Buffer.from('v'), headers: { traceparent: '00-1-2-01' } }
  expect(ours(record).buffer).toEqual(encodeRecord(record).buffer)
})

test('a key has the hash that it has for kafkajs and for Kafka', () => {
  const murmur2OfTheirs = load('producer/partitioners/default/murmur2') as typeof murmur2
  fc.assert(
    fc.property(fc.oneof(anyBytes, anyText), (key) => {
      expect(murmur2(key)).toBe(murmur2OfTheirs(key))
    }),
    { numRuns: 1000 },
  )
  // Of org.apache.kafka.common.utils.UtilsTest.
  expect(murmur2(Buffer.from('21'))).toBe(-973932308)
  expect(murmur2(Buffer.from('a-little-bit-long-string'))).toBe(-985981536)
})

test('messages are grouped as kafkajs groups them, in their order', () => {
  const theirsGroup = load('producer/groupMessagesPerPartition') as typeof groupMessages
  fc.assert(
    fc.property(fc.array(fc.nat(9)), fc.nat(3), (messages, partitions) => {
      const grouping = {
        topic: 't',
        partitionMetadata: Array.from({ length: partitions }),
        messages,
        partitioner: ({ message }: { readonly message: number }) => message % 4,
      }
      expect(groupMessages(grouping)).toEqual(theirsGroup(grouping))
    }),
  )
})

test('whoever imports the client has them before kafkajs is there', () => {
  const script = `import '${new URL('client.ts', import.meta.url).href}'
    const { cameFirst } = await import('${new URL('patched.ts', import.meta.url).href}')
    process.exit(cameFirst ? 0 : 1)`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script])
  expect([status, String(stderr)]).toEqual([0, ''])
})
