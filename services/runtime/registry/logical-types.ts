/* oxlint-disable typescript/no-unnecessary-type-assertion -- avsc wants more than it says */
/* oxlint-disable typescript/no-unsafe-type-assertion -- avsc's types end where its values begin */
import avro, { type types } from 'avsc'
import { isoText } from './iso-text.ts'

type Convert = (value: unknown, type: LogicalAttributes) => unknown

interface LogicalAttributes {
  readonly scale?: number
}

/** A logical type that turns the underlying value into plain JSON while reading. Only decoding is meant. */
function readAs(convert: Convert): new (schema: object, options?: object) => types.LogicalType {
  return class extends avro.types.LogicalType {
    readonly attributes: LogicalAttributes
    constructor(schema: object, options?: object) {
      super(schema as never, options as never)
      this.attributes = schema
    }
    protected override _fromValue(value: unknown): unknown {
      return convert(value, this.attributes)
    }
    protected override _toValue(value: unknown): unknown {
      return value
    }
  } as unknown as new (
    schema: object,
    options?: object,
  ) => types.LogicalType
}

/** Epoch units per millisecond; floors, so that a time never moves forward. */
const instant =
  (perMs: bigint): Convert =>
  (value) => {
    // As far as the fast long goes, the quotient of doubles never reaches the next whole number.
    if (typeof value === 'number') return isoText(Math.floor(value / Number(perMs)))
    const units = BigInt(value as string)
    const floored = units >= 0n ? units / perMs : -((-units + perMs - 1n) / perMs)
    return isoText(Number(floored))
  }

/** A local time has no zone: no Z at its end, so that nobody takes it for UTC. */
const local = (at: unknown): string => String(at).replace(/Z$/, '')

const dayMs = 86_400_000
const midnight = 'T00:00:00.000Z'

/** YYYY-MM-DD; what no calendar holds stays a number, of milliseconds as those of times. */
function dayText(days: number): string | number {
  const at = isoText(days * dayMs)
  return typeof at === 'string' ? at.slice(0, -midnight.length) : at
}

const uuidParts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/
const uuidText = (bytes: Buffer): string =>
  bytes.toString('hex').replace(uuidParts, '$1-$2-$3-$4-$5')

/** Two's complement, big endian, unscaled: `-1.05`, exact at any size. */
function decimalText(bytes: Buffer, scale: number): string {
  if (bytes.length === 0) return '0'
  const unsigned = BigInt(`0x${bytes.toString('hex')}`)
  const value = BigInt.asIntN(bytes.length * 8, unsigned)
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const text = scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`
  return value < 0n ? `-${text}` : text
}

/** Avro's logical types as JSON: times as ISO 8601 in UTC, dates as YYYY-MM-DD, decimals as exact text, UUIDs of sixteen bytes as their text. */
export const plainLogicalTypes = {
  'timestamp-millis': readAs((value) => isoText(Number(value))),
  'timestamp-micros': readAs(instant(1000n)),
  'timestamp-nanos': readAs(instant(1_000_000n)),
  'local-timestamp-millis': readAs((value) => local(isoText(Number(value)))),
  'local-timestamp-micros': readAs((value) => local(instant(1000n)(value, {}))),
  'local-timestamp-nanos': readAs((value) => local(instant(1_000_000n)(value, {}))),
  date: readAs((value) => dayText(Number(value))),
  uuid: readAs((value) => uuidText(value as Buffer)),
  decimal: readAs((value, { scale }) => decimalText(value as Buffer, scale ?? 0)),
}
