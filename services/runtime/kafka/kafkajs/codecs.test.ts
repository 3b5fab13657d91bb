/* oxlint-disable unicorn/consistent-function-scoping -- a helper stands beside the test that it serves */
/* oxlint-disable typescript/no-unsafe-type-assertion -- tests make brands and matchers up */
import kafkajs from 'kafkajs'
import { compressSync } from 'snappy'
import { expect, test } from 'vitest'
import { batchUnpackedBytesMax, registerCodecs } from './codecs.ts'

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>
  decompress(buffer: Buffer): Promise<Buffer>
}
const registered = kafkajs.CompressionCodecs as unknown as Readonly<Record<number, () => Codec>>
const codecOf = (type: number): Codec => {
  const make = registered[type]
  if (make === undefined) throw new Error(`no codec ${type}`)
  return make()
}
const text = Buffer.from('the same text again and again, '.repeat(500))

test.each([
  ['gzip', 1],
  ['snappy', 2],
  ['lz4', 3],
  ['zstd', 4],
])('%s reads what it wrote', async (_name, type) => {
  registerCodecs()
  const codec = codecOf(type)
  const compressed = await codec.compress({ buffer: text })
  expect(compressed.length).toBeLessThan(text.length / 4)
  expect((await codec.decompress(compressed)).equals(text)).toBe(true)
})

test('snappy reads the block stream that Java producers write', async () => {
  registerCodecs()
  const block = (part: Buffer): Buffer => {
    const packed = compressSync(part)
    const size = Buffer.alloc(4)
    size.writeUInt32BE(packed.length)
    return Buffer.concat([size, packed])
  }
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
  const stream = Buffer.concat([header, block(text.subarray(0, 999)), block(text.subarray(999))])
  expect((await codecOf(2).decompress(stream)).equals(text)).toBe(true)
})

test.each([
  ['gzip', 1],
  ['snappy', 2],
  ['lz4', 3],
  ['zstd', 4],
])('%s unpacks what is at the limit, and not what is beyond it', async (_name, type) => {
  registerCodecs()
  const codec = codecOf(type)
  const blanks = Buffer.alloc(batchUnpackedBytesMax + 1, ' ')
  const at = await codec.compress({ buffer: blanks.subarray(1) })
  expect(await codec.decompress(at)).toHaveLength(batchUnpackedBytesMax)
  const beyond = await codec.compress({ buffer: blanks })
  expect(beyond.length).toBeLessThan(batchUnpackedBytesMax / 10)
  await expect(codec.decompress(beyond)).rejects.toThrow('has more than 67108864 bytes')
})

test('blocks of a stream and frames in a row count together', async () => {
  registerCodecs()
  const half = Buffer.alloc(batchUnpackedBytesMax / 2 + 1, ' ')
  const packed = compressSync(half)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(packed.length)
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
  const stream = Buffer.concat([header, size, packed, size, packed])
  await expect(codecOf(2).decompress(stream)).rejects.toThrow('has more than')
  const frame = await codecOf(3).compress({ buffer: half })
  await expect(codecOf(3).decompress(Buffer.concat([frame, frame]))).rejects.toThrow(
    'has more than',
  )
})
