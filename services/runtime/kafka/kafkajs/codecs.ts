import { promisify } from 'node:util'
import { gzipSync, unzip, type ZlibOptions, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { compressFrameSync, decompressFrameSync } from 'lz4-napi'
import { compress as snappyCompress, uncompress as snappyUncompress } from 'snappy'
import { kafkajs } from './patched.ts'

interface CompressionCodec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(compressed: Buffer): Promise<Buffer>
}

/** Java clients wrap snappy in the stream format of xerial's snappy-java: this header, then length-prefixed blocks. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const xerialHeaderBytes = 16

/** A batch within a broker's max.message.bytes (1 MiB, as it is sent) has at most tens of MiB; a few KiB of blanks may claim gigabytes. */
export const batchUnpackedBytesMax = 64 * 1024 * 1024

const inBytes = { maxOutputLength: batchUnpackedBytesMax }
const unzipped = promisify<Buffer, ZlibOptions, Buffer>(unzip)

const tooLarge = (): Error =>
  new Error(`unpacked it has more than ${batchUnpackedBytesMax} bytes, which is the limit`)

/** What zlib throws beyond its limit, in our words. */
const worded = (error: unknown): unknown =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    ? tooLarge()
    : error

/** A block of snappy begins with the bytes that it unpacks to, in base 128; whoever unpacks it takes that much memory first. */
function snappyBytes(block: Buffer): number {
  let bytes = 0
  for (let at = 0; at < 5; at += 1) {
    const byte = block[at] ?? 0
    bytes += (byte & 0x7f) * 128 ** at
    if (byte < 0x80) break
  }
  return bytes
}

async function decompressSnappy(compressed: Buffer): Promise<Buffer> {
  let bytes = 0
  const unpack = async (block: Buffer): Promise<Buffer> => {
    bytes += snappyBytes(block)
    if (bytes > batchUnpackedBytesMax) throw tooLarge()
    return Buffer.from(await snappyUncompress(block))
  }
  if (!compressed.subarray(0, xerialMagic.length).equals(xerialMagic)) return unpack(compressed)
  const blocks: Buffer[] = []
  for (let at = xerialHeaderBytes; at < compressed.length; ) {
    const size = compressed.readUInt32BE(at)
    blocks.push(await unpack(compressed.subarray(at + 4, at + 4 + size)))
    at += 4 + size
  }
  return Buffer.concat(blocks)
}

const lz4Magic = 0x184d2204
/** No byte of lz4 stands for more. */
const lz4Ratio = 255

/** What an lz4 frame unpacks to at most, by its blocks: each says its size and its frame what a block may have. */
function lz4Bytes(frame: Buffer): number {
  if (frame.readUInt32LE(0) !== lz4Magic) return frame.length * lz4Ratio
  const flags = frame.readUInt8(4)
  const has = (bit: number, bytes: number): number => ((flags & bit) === 0 ? 0 : bytes)
  const blockMax = 2 ** (8 + 2 * ((frame.readUInt8(5) >> 4) & 7))
  let bytes = 0
  // After the descriptor: the size of all and a dictionary's id, where there are any, and a checksum.
  let at = 7 + has(8, 8) + has(1, 4)
  while (at + 4 <= frame.length) {
    const word = frame.readUInt32LE(at)
    if (word === 0) break
    const size = word & 0x7f_ff_ff_ff
    const isStored = word > 0x7f_ff_ff_ff
    bytes += isStored ? size : Math.min(blockMax, size * lz4Ratio)
    at += 4 + size + has(16, 4)
  }
  // What stands behind the frame may be another one.
  return bytes + Math.max(0, frame.length - at - 4 - has(4, 4)) * lz4Ratio
}

function decompressLz4(compressed: Buffer): Buffer {
  if (lz4Bytes(compressed) > batchUnpackedBytesMax) throw tooLarge()
  return decompressFrameSync(compressed)
}

const gzip: CompressionCodec = {
  compress: async ({ buffer }) => Promise.resolve(gzipSync(buffer)),
  decompress: async (compressed) => {
    try {
      return await unzipped(compressed, inBytes)
    } catch (error) {
      throw worded(error)
    }
  },
}
const snappy: CompressionCodec = {
  compress: async ({ buffer }) => await snappyCompress(buffer),
  decompress: decompressSnappy,
}
const lz4: CompressionCodec = {
  compress: async ({ buffer }) => Promise.resolve(compressFrameSync(buffer)),
  decompress: async (compressed) => Promise.resolve(decompressLz4(compressed)),
}
const zstd: CompressionCodec = {
  compress: async ({ buffer }) => Promise.resolve(zstdCompressSync(buffer)),
  decompress: async (compressed) => {
    try {
      return await Promise.resolve(zstdDecompressSync(compressed, inBytes))
    } catch (error) {
      throw worded(error)
    }
  },
}

/** Teaches kafkajs every codec that a producer may have used, none of which unpacks without a limit: a record with an unknown one would crash the consumer. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs
  CompressionCodecs[CompressionTypes.GZIP] = () => gzip
  CompressionCodecs[CompressionTypes.Snappy] = () => snappy
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstd
}
