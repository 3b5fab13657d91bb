import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
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

async function decompressSnappy(compressed: Buffer): Promise<Buffer> {
  if (!compressed.subarray(0, xerialMagic.length).equals(xerialMagic)) {
    return Buffer.from(await snappyUncompress(compressed))
  }
  const blocks: Buffer[] = []
  for (let at = xerialHeaderBytes; at < compressed.length; ) {
    const size = compressed.readUInt32BE(at)
    const block = compressed.subarray(at + 4, at + 4 + size)
    blocks.push(Buffer.from(await snappyUncompress(block)))
    at += 4 + size
  }
  return Buffer.concat(blocks)
}

const snappy: CompressionCodec = {
  compress: async ({ buffer }) => await snappyCompress(buffer),
  decompress: decompressSnappy,
}
const lz4: CompressionCodec = {
  compress: async ({ buffer }) => Promise.resolve(compressFrameSync(buffer)),
  decompress: async (compressed) => Promise.resolve(decompressFrameSync(compressed)),
}
const zstd: CompressionCodec = {
  compress: async ({ buffer }) => Promise.resolve(zstdCompressSync(buffer)),
  decompress: async (compressed) => Promise.resolve(zstdDecompressSync(compressed)),
}

/** Teaches kafkajs every codec that a producer may have used: a record with an unknown one would crash the consumer. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs
  CompressionCodecs[CompressionTypes.Snappy] = () => snappy
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstd
}
