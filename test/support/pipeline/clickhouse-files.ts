import { existsSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { uncompressSync } from 'lz4-napi'
import type { Haystack } from './haystacks.ts'
import type { Installation } from './installation.ts'
import { filesBelow } from './living-files.ts'

/**
 * Every file of ClickHouse that belongs to the installation's tables or to its logs, as it lies on the disk and, where it is made of compressed
 * blocks, unpacked as well: parts that were replaced, masked or detached are still files. Nothing where the server's disk is not this machine's.
 */
export async function* clickhouseFilesOf({ clickhouse }: Installation): AsyncGenerator<Haystack> {
  const tables = await clickhouse.query<{
    readonly name: string
    readonly paths: readonly string[]
  }>(
    "SELECT concat(database, '.', name) AS name, data_paths AS paths FROM system.tables " +
      "WHERE database = {database:String} OR (database = 'system' AND notEmpty(data_paths)) ORDER BY name",
    { database: clickhouse.database },
  )
  for (const { name, paths } of tables)
    for (const path of paths) {
      if (!existsSync(path)) continue
      for (const file of filesBelow(path)) {
        const place = `clickhouse file of ${name}: ${file.path.slice(path.length)}`
        yield { place, bytes: file.bytes }
        const unpacked = unpackedBlocks(file.bytes)
        if (unpacked.length > 0) yield { place: `${place}, unpacked`, bytes: unpacked }
      }
    }
}

// A block: a checksum, the codec, the size with these nine bytes, the size of what is in it (ClickHouse's CompressedReadBuffer).
const checksumBytes = 16
const headerBytes = 9
const codecs: Readonly<Record<number, (packed: Buffer, size: number) => Buffer>> = {
  0x02: (packed) => packed,
  0x82: (packed, size) => {
    const prefix = Buffer.alloc(4)
    prefix.writeUInt32LE(size)
    return uncompressSync(Buffer.concat([prefix, packed]))
  },
  0x90: (packed) => zstdDecompressSync(packed),
}

/** What is in the blocks of a file; empty when it is not made of blocks. A codec that stores numbers alone is left out. */
export function unpackedBlocks(bytes: Buffer): Buffer {
  const blocks: { readonly codec: number; readonly packed: Buffer; readonly size: number }[] = []
  let at = 0
  while (at + checksumBytes + headerBytes <= bytes.length) {
    const packedSize = bytes.readUInt32LE(at + checksumBytes + 1)
    const end = at + checksumBytes + packedSize
    if (packedSize < headerBytes || end > bytes.length) break
    blocks.push({
      codec: bytes.readUInt8(at + checksumBytes),
      packed: bytes.subarray(at + checksumBytes + headerBytes, end),
      size: bytes.readUInt32LE(at + checksumBytes + 5),
    })
    at = end
  }
  if (at !== bytes.length) return Buffer.alloc(0)
  return Buffer.concat(
    blocks.map(({ codec, packed, size }) => codecs[codec]?.(packed, size) ?? Buffer.alloc(0)),
  )
}
