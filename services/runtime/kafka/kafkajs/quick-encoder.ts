/** kafkajs's writer of bytes, as far as it is used and changed here. */
export interface KafkajsEncoder {
  buf: Buffer
  offset: number
  readonly buffer: Buffer
  ensureAvailable(length: number): void
  writeUVarInt: typeof writeUVarInt
}

export interface EncoderClass {
  new (initialSize?: number): KafkajsEncoder
  readonly prototype: KafkajsEncoder
  nextPowerOfTwo(value: number): number
}

/** kafkajs's own. */
const initialSizeDefault = 511

/** Bytes of the largest number of 32 bits in base 128. */
export const uVarIntBytes = 5

function writeUVarInt<T extends KafkajsEncoder>(this: T, value: number): T {
  this.ensureAvailable(uVarIntBytes)
  let rest = value >>> 0
  for (; rest >= 0x80; rest >>>= 7) this.buf[this.offset++] = (rest & 0x7f) | 0x80
  this.buf[this.offset++] = rest
  return this
}

/**
 * kafkajs's encoder with memory out of Node's pool. Its own has 512 bytes of zeros made for each of its encoders, of which a request has one for
 * every record and header, and an array and a buffer for each number of variable length. Nothing reads a byte that was not written before.
 */
export function createQuickEncoder(original: EncoderClass): EncoderClass {
  function Encoder(this: KafkajsEncoder, initialSize: number = initialSizeDefault): void {
    this.buf = Buffer.allocUnsafe(original.nextPowerOfTwo(initialSize))
    this.offset = 0
  }
  const { prototype } = original
  prototype.ensureAvailable = function ensureAvailable(length) {
    const needed = this.offset + length
    if (needed <= this.buf.length) return
    const larger = Buffer.allocUnsafe(original.nextPowerOfTwo(needed))
    this.buf.copy(larger, 0, 0, this.offset)
    this.buf = larger
  }
  prototype.writeUVarInt = writeUVarInt
  Object.setPrototypeOf(Encoder, original)
  Encoder.prototype = prototype
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a function with the prototype of a class, for `new`
  return Encoder as unknown as EncoderClass
}
