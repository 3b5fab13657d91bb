import type { ByteWriter } from './byte-writer.ts'
import { decimalTicks } from './decimal.ts'
import { isoMs } from './iso-ms.ts'
import type { ColumnType } from './parse-type.ts'
import { writeUuid } from './uuid.ts'

/** Writes one value of a column; false: it is none of this type as we know it, and nothing may be made of it. */
export type WriteValue = (writer: ByteWriter, value: unknown) => boolean

/** A type whose values are written one behind the other. */
export interface Scalar {
  readonly write: WriteValue
  /** What stands where a Nullable is null. */
  readonly zero: unknown
}

/** How values of a type are written; null: the type is not among those that rows have, or its values are made of others. */
export function scalarOf({ name, args }: ColumnType): Scalar | null {
  const [first, second] = args
  switch (name) {
    case 'DateTime64':
      return first?.type.name === '3' ? { write: writeTime, zero: 0 } : null
    case 'DateTime':
      return { write: writeSeconds, zero: '1970-01-01T00:00:00.000Z' }
    case 'Decimal': {
      const write = decimal(Number(first?.type.name), Number(second?.type.name))
      return write === null ? null : { write, zero: '0' }
    }
    default:
      return plain[name] ?? null
  }
}

const whole =
  (min: number, max: number, write: (writer: ByteWriter, value: number) => void): WriteValue =>
  (writer, value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
      return false
    write(writer, value)
    return true
  }

const float =
  (write: (writer: ByteWriter, value: number) => void): WriteValue =>
  (writer, value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return false
    write(writer, value)
    return true
  }

const largestUint64 = 2n ** 64n - 1n

const writeUint64: WriteValue = (writer, value) => {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || value < 0) return false
    writer.int64(value)
    return true
  }
  if (typeof value !== 'string') return false
  const approximate = digitsOf(value)
  if (approximate < 0) return false
  if (value.length <= 15) {
    writer.int64(approximate)
    return true
  }
  const number = BigInt(value)
  if (number > largestUint64) return false
  writer.bigUint64(number)
  return true
}

/** Up to fifteen digits exactly, up to twenty nearly; -1: it is none. */
function digitsOf(text: string): number {
  const { length } = text
  if (length === 0 || length > 20) return -1
  let value = 0
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code < 48 || code > 57) return -1
    value = value * 10 + (code - 48)
  }
  return value
}

const writeText: WriteValue = (writer, value) => {
  if (typeof value !== 'string') return false
  writer.text(value)
  return true
}

const number = (write: WriteValue): Scalar => ({ write, zero: 0 })

const plain: Readonly<Record<string, Scalar>> = {
  String: { write: writeText, zero: '' },
  UUID: {
    write: (writer, value) => typeof value === 'string' && writeUuid(writer, value),
    zero: '00000000-0000-0000-0000-000000000000',
  },
  Bool: {
    write(writer, value) {
      if (typeof value !== 'boolean') return false
      writer.byte(value ? 1 : 0)
      return true
    },
    zero: false,
  },
  UInt8: number(whole(0, 0xff, (writer, value) => writer.byte(value))),
  UInt16: number(whole(0, 0xffff, (writer, value) => writer.uint16(value))),
  UInt32: number(whole(0, 0xffffffff, (writer, value) => writer.uint32(value))),
  UInt64: number(writeUint64),
  Int32: number(whole(-0x80000000, 0x7fffffff, (writer, value) => writer.uint32(value))),
  Int64: number(
    whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, (writer, value) => writer.int64(value)),
  ),
  Float32: number(float((writer, value) => writer.float32(value))),
  Float64: number(float((writer, value) => writer.float64(value))),
}

/** Milliseconds, as a number or as ISO 8601 in UTC. */
const writeTime: WriteValue = (writer, value) => {
  const at = typeof value === 'string' ? isoMs(value) : value
  if (typeof at !== 'number' || !Number.isSafeInteger(at)) return false
  writer.int64(at)
  return true
}

const writeSeconds: WriteValue = (writer, value) => {
  const at = typeof value === 'string' ? isoMs(value) : null
  if (at === null || at < 0 || at >= 2 ** 32 * 1000) return false
  writer.uint32(Math.floor(at / 1000))
  return true
}

function decimal(precision: number, scale: number): WriteValue | null {
  if (!(precision > 9 && precision <= 18 && scale >= 0 && scale <= precision)) return null
  const limit = 10n ** BigInt(precision)
  return (writer, value) => {
    const ticks = typeof value === 'string' ? decimalTicks(value, scale) : null
    if (ticks === null || ticks >= limit || ticks <= -limit) return false
    writer.bigInt64(ticks)
    return true
  }
}
