/** kafkajs's writer of bytes, as far as it is used and changed here. */
export interface KafkajsEncoder {
  buf: Buffer
  offset: number
  /** null: nothing. */
  kept: Kept | null
  readonly buffer: Buffer
  ensureAvailable(length: number): void
  size(): number
  writeInt32(value: number): this
  writeUVarInt: typeof writeUVarInt
  writeBufferInternal(bytes: Buffer): void
  writeBytes(bytes: unknown): this
  writeEncoder(encoder: KafkajsEncoder): this
  writeEncoderArray(encoders: readonly KafkajsEncoder[]): this
}

export interface EncoderClass {
  new (initialSize?: number): KafkajsEncoder
  readonly prototype: KafkajsEncoder
  nextPowerOfTwo(value: number): number
}

/** kafkajs's own. */
const initialSizeDefault = 511

/** Bytes that are not copied into what is written, but stand where they are until all is put together. */
export const keptBytesMin = 4096

/** What stands before the bytes in `buf`. */
interface Kept {
  readonly pieces: Buffer[]
  bytes: number
}

/** Bytes of the largest number of 32 bits in base 128. */
export const uVarIntBytes = 5

function writeUVarInt<T extends KafkajsEncoder>(this: T, value: number): T {
  this.ensureAvailable(uVarIntBytes)
  let rest = value >>> 0
  for (; rest >= 0x80; rest >>>= 7) this.buf[this.offset++] = (rest & 0x7f) | 0x80
  this.buf[this.offset++] = rest
  return this
}

/** The bytes are not to change any more. */
function keep(to: KafkajsEncoder, bytes: Buffer): void {
  const kept = (to.kept ??= { pieces: [], bytes: 0 })
  if (to.offset > 0) kept.pieces.push(to.buf.subarray(0, to.offset))
  kept.pieces.push(bytes)
  kept.bytes += to.offset + bytes.length
  to.buf = to.buf.subarray(to.offset)
  to.offset = 0
}

function writeBuffer(to: KafkajsEncoder, bytes: Buffer): void {
  if (bytes.length >= keptBytesMin) return keep(to, bytes)
  to.ensureAvailable(bytes.length)
  bytes.copy(to.buf, to.offset, 0)
  to.offset += bytes.length
}

/** All pieces of another, which is not put together for it. */
function writePieces(to: KafkajsEncoder, from: KafkajsEncoder): void {
  if (from.kept !== null) for (const piece of from.kept.pieces) writeBuffer(to, piece)
  if (from.offset > 0) writeBuffer(to, from.buf.subarray(0, from.offset))
}

/** In one piece from then on. */
function whole(of: KafkajsEncoder): Buffer {
  if (of.kept !== null) {
    of.buf = Buffer.concat([...of.kept.pieces, of.buf.subarray(0, of.offset)])
    of.offset = of.buf.length
    of.kept = null
  }
  return of.buf.subarray(0, of.offset)
}

const withoutCopies = {
  /** Of an encoder that kafkajs made itself, by a class that it had taken up before. */
  kept: null,
  writeUVarInt,
  writeBufferInternal(this: KafkajsEncoder, bytes: Buffer): void {
    writeBuffer(this, bytes)
  },
  writeEncoder<T extends KafkajsEncoder>(this: T, encoder: KafkajsEncoder): T {
    writePieces(this, encoder)
    return this
  },
  writeEncoderArray<T extends KafkajsEncoder>(this: T, encoders: readonly KafkajsEncoder[]): T {
    for (const encoder of encoders) writePieces(this, encoder)
    return this
  },
  size(this: KafkajsEncoder): number {
    return this.offset + (this.kept?.bytes ?? 0)
  },
}

/**
 * kafkajs's encoder with memory out of Node's pool. Its own has 512 bytes of zeros made for each of its encoders, of which a request has one for
 * every record and header, and an array and a buffer for each number of variable length. And each of the six encoders that a batch of
 * records goes through copies all of it, into memory that is new each time: here large pieces stand where they are, and are put together for
 * what needs them in one piece. Nothing reads a byte that was not written before.
 */
export function createQuickEncoder(original: EncoderClass): EncoderClass {
  function Encoder(this: KafkajsEncoder, initialSize: number = initialSizeDefault): void {
    this.buf = Buffer.allocUnsafe(original.nextPowerOfTwo(initialSize))
    this.offset = 0
    this.kept = null
  }
  const { prototype } = original
  prototype.ensureAvailable = function ensureAvailable(length) {
    const needed = this.offset + length
    if (needed <= this.buf.length) return
    const larger = Buffer.allocUnsafe(original.nextPowerOfTwo(needed))
    this.buf.copy(larger, 0, 0, this.offset)
    this.buf = larger
  }
  Object.assign(prototype, withoutCopies)
  // oxlint-disable-next-line typescript/unbound-method -- called with the encoder that it is of
  const { writeBytes } = prototype
  prototype.writeBytes = function writeBytesWithoutCopy(bytes) {
    if (!Buffer.isBuffer(bytes) || bytes.length < keptBytesMin) return writeBytes.call(this, bytes)
    this.writeInt32(bytes.length)
    keep(this, bytes)
    return this
  }
  Object.defineProperty(prototype, 'buffer', {
    configurable: true,
    get(this: KafkajsEncoder) {
      return whole(this)
    },
  })
  Object.setPrototypeOf(Encoder, original)
  Encoder.prototype = prototype
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a function with the prototype of a class, for `new`
  return Encoder as unknown as EncoderClass
}
