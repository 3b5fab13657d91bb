/* oxlint-disable typescript/no-unsafe-type-assertion, no-underscore-dangle -- the inside of avsc has no types */
import avro, { type Type } from 'avsc'

interface Tap {
  readLong(): number
}

/** avsc computes zigzag values in doubles: beyond 2^52 a negative number comes out wrong without a word. */
export const exactMax = 2 ** 52

const LongBase = avro.types.LongType as unknown as new () => Type

class FastLong extends LongBase {
  _read(tap: Tap): number {
    const value = tap.readLong()
    if (value > exactMax || value < -exactMax) throw new RangeError('a long beyond 2^52')
    return value
  }
}

/** Reads longs up to 2^52 and throws beyond: the reader then takes `exactLong`, which is five times slower. */
export const fastLong: Type = new FastLong()

/** A 64-bit integer: a number where that is exact, else its decimal text. */
export const exactLong: Type = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => {
    const value = bytes.readBigInt64LE()
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value.toString()
  },
  toBuffer: (value: number | string) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(value))
    return bytes
  },
  fromJSON: Number,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'number' || typeof value === 'string',
  compare: (a: number | string, b: number | string) => Number(BigInt(a) - BigInt(b)),
})
