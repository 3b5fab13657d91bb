import type { ByteWriter } from './byte-writer.ts'
import { decimalTicks } from './decimal.ts'
import { isoMs } from './iso-ms.ts'
import type { ColumnType } from './parse-type.ts'
import { writeUuid } from './uuid.ts'

/** Writes one value of a column; false: it is none of this type as we know it, and nothing may be made of it. */
export type WriteValue = (writer: ByteWriter, value: unknown) => boolean

/** How values of a type are written in RowBinary; null: the type is not among those that rows have. */
export function writerOf(type: ColumnType): WriteValue | null {
  const known = plain[type.name]
  if (known !== undefined) return known
  const [first, second] = type.args
  switch (type.name) {
    case 'LowCardinality':
      return first === undefined ? null : writerOf(first.type)
    case 'Nullable':
      return first === undefined ? null : nullable(writerOf(first.type))
    case 'Array':
      return first === undefined ? null : list(writerOf(first.type))
    case 'Map':
      return first === undefined || second === undefined
        ? null
        : map(writerOf(first.type), writerOf(second.type))
    case 'Tuple':
      return tuple(type)
    case 'DateTime64':
      return first?.type.name === '3' ? writeTime : null
    case 'DateTime':
      return writeSeconds
    case 'Decimal':
      return decimal(Number(first?.type.name), Number(second?.type.name))
    default:
      return null
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

const plain: Readonly<Record<string, WriteValue>> = {
  String: writeText,
  UUID: (writer, value) => typeof value === 'string' && writeUuid(writer, value),
  Bool: (writer, value) => {
    if (typeof value !== 'boolean') return false
    writer.byte(value ? 1 : 0)
    return true
  },
  UInt8: whole(0, 0xff, (writer, value) => writer.byte(value)),
  UInt16: whole(0, 0xffff, (writer, value) => writer.uint16(value)),
  UInt32: whole(0, 0xffffffff, (writer, value) => writer.uint32(value)),
  UInt64: writeUint64,
  Int32: whole(-0x80000000, 0x7fffffff, (writer, value) => writer.uint32(value)),
  Int64: whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, (writer, value) =>
    writer.int64(value),
  ),
  Float32: float((writer, value) => writer.float32(value)),
  Float64: float((writer, value) => writer.float64(value)),
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

function nullable(write: WriteValue | null): WriteValue | null {
  if (write === null) return null
  return (writer, value) => {
    if (value === null) {
      writer.byte(1)
      return true
    }
    writer.byte(0)
    return write(writer, value)
  }
}

function list(write: WriteValue | null): WriteValue | null {
  if (write === null) return null
  return (writer, value) => {
    if (!Array.isArray(value)) return false
    const items: readonly unknown[] = value
    writer.varint(items.length)
    for (let n = 0; n < items.length; n += 1) if (!write(writer, items[n])) return false
    return true
  }
}

function map(writeKey: WriteValue | null, write: WriteValue | null): WriteValue | null {
  if (writeKey === null || write === null) return null
  return (writer, value) => {
    if (!isRecord(value)) return false
    const names = Object.keys(value)
    writer.varint(names.length)
    for (const name of names)
      if (!writeKey(writer, name) || !write(writer, value[name])) return false
    return true
  }
}

/** A tuple is a list in its order, or an object with the names that the type has; either way every element is there. */
function tuple({ args }: ColumnType): WriteValue | null {
  const elements: { readonly label: string | null; readonly write: WriteValue }[] = []
  for (const { label, type } of args) {
    const write = writerOf(type)
    if (write === null) return null
    elements.push({ label, write })
  }
  return (writer, value) => {
    if (Array.isArray(value)) {
      const items: readonly unknown[] = value
      if (items.length !== elements.length) return false
      let at = 0
      for (const { write } of elements) if (!write(writer, items[at++])) return false
      return true
    }
    if (!isRecord(value)) return false
    for (const { label, write } of elements)
      if (label === null || !write(writer, value[label])) return false
    return true
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
