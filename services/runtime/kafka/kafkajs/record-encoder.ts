import {
  type EncoderClass,
  type KafkajsEncoder,
  keptBytesMin,
  uVarIntBytes,
} from './quick-encoder.ts'

type Bytes = Buffer | string
type MaybeBytes = Bytes | null | undefined

/** What kafkajs's encoder of one record is given. */
export interface OutgoingKafkaRecord {
  readonly offsetDelta?: number
  readonly timestampDelta?: number
  readonly key?: MaybeBytes
  readonly value?: MaybeBytes
  readonly headers?: Readonly<Record<string, unknown>>
}

type EncodeRecord = (record: OutgoingKafkaRecord) => KafkajsEncoder

/** Numbers up to here are four bytes at most, zigzag. */
const numberEnd = 2 ** 27

/**
 * kafkajs's encoder of one record, in one go: no big integers, no encoder for each header. Repeated headers and what is odd are left to
 * `original`.
 */
export function createRecordEncoder(original: EncodeRecord, encoder: EncoderClass): EncodeRecord {
  return (record) => {
    const { offsetDelta = 0, timestampDelta = 0, key, value } = record
    const headers = headersOf(record)
    if (headers === null || !isSmall(offsetDelta) || !isSmall(timestampDelta))
      return original(record)
    let size = 1 + sizeOfInt(timestampDelta) + sizeOfInt(offsetDelta) + sizeOf(key) + sizeOf(value)
    size += sizeOfInt(headers.length)
    for (const [name, content] of headers) size += sizeOf(name) + sizeOf(content)
    // With room for what a number may take, so that it never grows.
    const to = new encoder(size - keptBytes(key) - keptBytes(value) + 2 * uVarIntBytes)
    to.writeUVarInt(zigZag(size))
    // No attributes.
    to.buf[to.offset++] = 0
    to.writeUVarInt(zigZag(timestampDelta)).writeUVarInt(zigZag(offsetDelta))
    write(to, key)
    write(to, value)
    to.writeUVarInt(zigZag(headers.length))
    for (const [name, content] of headers) {
      write(to, name)
      write(to, content)
    }
    return to
  }
}

const noHeaders: readonly (readonly [string, Bytes])[] = []

/** null: some are nothing that is written here. */
function headersOf({ headers }: OutgoingKafkaRecord): readonly (readonly [string, Bytes])[] | null {
  if (headers === undefined) return noHeaders
  const found: [string, Bytes][] = []
  for (const [name, content] of Object.entries(headers)) {
    if (typeof content !== 'string' && !Buffer.isBuffer(content)) return null
    found.push([name, content])
  }
  return found
}

const isSmall = (value: number): boolean =>
  Number.isInteger(value) && value < numberEnd && value > -numberEnd

const zigZag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0

function sizeOfInt(value: number): number {
  let bytes = 1
  for (let rest = zigZag(value); rest >= 0x80; rest >>>= 7) bytes += 1
  return bytes
}

function sizeOf(bytes: MaybeBytes): number {
  if (bytes === null || bytes === undefined) return 1
  const length = Buffer.byteLength(bytes)
  return sizeOfInt(length) + length
}

/** Those that are not copied. */
const keptBytes = (bytes: MaybeBytes): number =>
  Buffer.isBuffer(bytes) && bytes.length >= keptBytesMin ? bytes.length : 0

function write(to: KafkajsEncoder, bytes: MaybeBytes): void {
  if (bytes === null || bytes === undefined) {
    to.writeUVarInt(zigZag(-1))
    return
  }
  const length = Buffer.byteLength(bytes)
  to.writeUVarInt(zigZag(length))
  if (typeof bytes !== 'string') {
    to.writeBufferInternal(bytes)
    return
  }
  to.buf.write(bytes, to.offset, length)
  to.offset += length
}
