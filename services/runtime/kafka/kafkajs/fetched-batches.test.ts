/* oxlint-disable typescript/no-unsafe-type-assertion -- the inside of kafkajs has no types */
import { zstdCompressSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { batchUnpackedBytesMax, registerCodecs } from './codecs.ts'
import {
  batchRecordsMax,
  batchUnreadable,
  type ByteReader,
  type FetchedMessage,
  fetchUnpackedBytesMax,
  readableOf,
} from './fetched-batches.ts'
import { FetchedBatch } from './internals.ts'
import { load } from './patched.ts'

const Reader = load('protocol/decoder') as new (bytes: Buffer) => ByteReader
const decodeMessages = load('protocol/requests/fetch/v4/decodeMessages') as (
  response: ByteReader,
) => Promise<readonly FetchedMessage[]>
const encodeBatch = load('protocol/recordBatch/v0') as {
  RecordBatch(batch: object): Promise<{ readonly buffer: Buffer }>
}
const encodeRecord = load('protocol/recordBatch/record/v0') as (record: object) => object

beforeAll(() => registerCodecs())

const none = 0
const zstd = 4

/** A batch from `firstOffset` on, of records of so many blanks. */
async function batchOf(
  firstOffset: number,
  sizes: readonly number[],
  compression: number,
): Promise<Buffer> {
  const records = sizes.map((size, offsetDelta) =>
    encodeRecord({ offsetDelta, timestampDelta: 0, key: null, value: Buffer.alloc(size, ' ') }),
  )
  const lastOffsetDelta = sizes.length - 1
  const batch = { firstOffset, lastOffsetDelta, compression, records }
  return (await encodeBatch.RecordBatch(batch)).buffer
}

/** The bytes of each partition in one response, as the decoder of the response meets them. */
const responseOf = (...partitions: readonly (readonly Buffer[])[]): ByteReader =>
  new Reader(
    Buffer.concat(
      partitions.flatMap((batches) => {
        const size = Buffer.alloc(4)
        size.writeInt32BE(batches.reduce((sum, { length }) => sum + length, 0))
        return [size, ...batches]
      }),
    ),
  )

const offsetsOf = (messages: readonly FetchedMessage[]): readonly string[] =>
  messages.map(({ offset }) => offset)

const bomb = async (firstOffset: number): Promise<Buffer> =>
  batchOf(firstOffset, [batchUnpackedBytesMax, 1], zstd)

test('a batch that unpacks to more than its limit is one message that says so, and other partitions of the fetch are read', async () => {
  const response = responseOf(
    [await batchOf(7, [1, 1], none), await bomb(9), await batchOf(11, [1], none)],
    [await batchOf(3, [1, 1], zstd)],
  )
  const first = await decodeMessages(response)
  expect(offsetsOf(first)).toEqual(['7', '8', '10'])
  const { readable, next } = readableOf(first)
  expect([offsetsOf(readable), next]).toMatchObject([['7', '8'], { first: 9, last: 10 }])
  expect(next?.reason).toContain('has more than 67108864 bytes')
  expect(offsetsOf(await decodeMessages(response))).toEqual(['3', '4'])
})

test('it is met wherever in it a fetch began', async () => {
  const messages = await decodeMessages(responseOf([await bomb(9)]))
  const partition = { partition: 0, highWatermark: '11', messages }
  for (const from of ['9', '10'])
    expect(readableOf(new FetchedBatch('t', from, partition).messages)).toMatchObject({
      readable: [],
      next: { first: 9, last: 10 },
    })
})

test('a batch that says it has more records than one may is not even unpacked', async () => {
  const batch = await batchOf(0, [1], zstd)
  batch.writeInt32BE(batchRecordsMax + 1, 57)
  const { next } = readableOf(await decodeMessages(responseOf([batch])))
  expect(next?.reason).toBe('500001 records, 500000 are the limit')
  const many = await batchOf(
    0,
    Array.from({ length: 200_000 }, () => 0),
    zstd,
  )
  expect(await decodeMessages(responseOf([many]))).toHaveLength(200_000)
})

test('a damaged batch stands still by itself, too', async () => {
  const batch = await batchOf(4, [1000], zstd)
  zstdCompressSync(Buffer.from('another')).copy(batch, batch.length - 12)
  expect(readableOf(await decodeMessages(responseOf([batch]))).next).toMatchObject({ first: 4 })
})

test('what a fetch unpacks to is bounded over its partitions: beyond it each has its first batch', async () => {
  const large = fetchUnpackedBytesMax / 2
  const batches = [
    await batchOf(0, [large - 100], zstd),
    await batchOf(1, [large - 100], zstd),
    await batchOf(2, [1000], zstd),
    await batchOf(3, [1000], zstd),
  ]
  const response = responseOf(batches, batches.slice(2))
  expect(offsetsOf(await decodeMessages(response))).toEqual(['0', '1', '2'])
  expect(offsetsOf(await decodeMessages(response))).toEqual(['2'])
})

test('a batch that is cut off at the end of a fetch comes whole with the next one', async () => {
  const batches = [await batchOf(0, [10], none), (await batchOf(1, [1000], none)).subarray(0, 500)]
  expect(offsetsOf(await decodeMessages(responseOf(batches)))).toEqual(['0'])
})

test('the error names the place, and how a group gets past it', () => {
  const error = batchUnreadable(
    { topic: 'channel.web', partition: 2 },
    { first: 9, last: 10, reason: 'too large' },
    'tributary-web',
  )
  expect(error.message).toBe(
    "channel.web/2: the batch of the offsets 9 to 10 can't be unpacked: too large",
  )
  expect(error.hint).toContain(
    'kafka-consumer-groups.sh --group tributary-web --topic channel.web:2 --reset-offsets --to-offset 11 --execute',
  )
})
