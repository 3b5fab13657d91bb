import {
  type Fields,
  asList,
  isFields,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { earliestMs, latestMs, toIso } from '#runtime/time/iso.ts'

/** Turns one column's value into what it means. */
export type ReadCell = (value: unknown) => unknown

/** A count that the converter has written as a number, or as text where it is a long. */
export const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

const dayMs = 86_400_000

/** ISO 8601 with milliseconds and without the zone. undefined: beyond the years that a column of ours holds (infinity, say). */
const isoText = (ms: number): string | undefined =>
  ms >= earliestMs && ms <= latestMs ? toIso(ms).slice(0, -1) : undefined

/** Debezium's timestamps without a zone are a wall clock's, so that no Z stands behind them. */
const wallClock =
  (perMs: number): ReadCell =>
  (value) => {
    const units = numberOf(value)
    return (units === undefined ? undefined : isoText(units / perMs)) ?? value
  }

const day: ReadCell = (value) => {
  const days = numberOf(value)
  const text = days === undefined ? undefined : isoText(days * dayMs)
  return text?.slice(0, '1970-01-01'.length) ?? value
}

/** `10:00:00.000` since midnight. */
const timeOfDay =
  (perMs: number): ReadCell =>
  (value) => {
    const ms = (numberOf(value) ?? -1) / perMs
    return ms >= 0 && ms < dayMs ? (isoText(ms)?.slice('1970-01-01T'.length) ?? value) : value
  }

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** Digits of a decimal: databases have at most some hundred, and reading them takes the square of their number. */
const base64Max = 256

/** Two's complement, big endian. undefined: no base64. */
function bigIntOf(base64: string): bigint | undefined {
  const text = base64.replace(/={1,2}$/, '')
  if (text === '' || text.length > base64Max) return undefined
  let bits = 0n
  for (const letter of text) {
    const six = base64Alphabet.indexOf(letter)
    if (six < 0) return undefined
    bits = bits * 64n + BigInt(six)
  }
  const bytes = Math.floor((text.length * 6) / 8)
  return BigInt.asIntN(bytes * 8, bits >> BigInt(text.length * 6 - bytes * 8))
}

const scaleMax = 1000

/** Exact decimal text of an unscaled number; what is no base64 (another `decimal.handling.mode`) stays as it is. */
function decimalText(value: unknown, scale: number | undefined): unknown {
  const unscaled = typeof value === 'string' ? bigIntOf(value) : undefined
  if (unscaled === undefined || scale === undefined || !(scale >= 0 && scale <= scaleMax))
    return value
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const text = scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`
  return unscaled < 0n ? `-${text}` : text
}

const variableDecimal: ReadCell = (value) =>
  isFields(value) ? decimalText(own(value, 'value'), numberOf(own(value, 'scale'))) : value

/** Those of Debezium's semantic types whose literal form is not their meaning. The others are text or numbers already. */
const readers: Readonly<Record<string, ReadCell>> = {
  'io.debezium.time.Date': day,
  'io.debezium.time.Timestamp': wallClock(1),
  'io.debezium.time.MicroTimestamp': wallClock(1000),
  'io.debezium.time.NanoTimestamp': wallClock(1_000_000),
  'io.debezium.time.Time': timeOfDay(1),
  'io.debezium.time.MicroTime': timeOfDay(1000),
  'io.debezium.time.NanoTime': timeOfDay(1_000_000),
  'org.apache.kafka.connect.data.Date': day,
  'org.apache.kafka.connect.data.Timestamp': wallClock(1),
  'org.apache.kafka.connect.data.Time': timeOfDay(1),
  'io.debezium.data.VariableScaleDecimal': variableDecimal,
}

function readerOf(column: Fields): ReadCell | undefined {
  const name = ownText(column, 'name') ?? ''
  if (name === 'org.apache.kafka.connect.data.Decimal') {
    const parameters = ownFields(column, 'parameters')
    const scale = numberOf(parameters && own(parameters, 'scale')) ?? 0
    return (value) => decimalText(value, scale)
  }
  return Object.hasOwn(readers, name) ? readers[name] : undefined
}

const fieldsOf = (struct: Fields | undefined): readonly Fields[] =>
  (asList(struct && own(struct, 'fields')) ?? []).filter(isFields)

/**
 * How to read the columns whose type the record's schema names, by column. Without a schema (Avro, or a converter that leaves it out)
 * columns stay as they are: a count of days looks like any other number.
 */
export function columnReaders(
  schema: Fields | undefined,
  part: 'before' | 'after' | 'flat',
): ReadonlyMap<string, ReadCell> {
  const out = new Map<string, ReadCell>()
  if (schema === undefined) return out
  const row =
    part === 'flat' ? schema : fieldsOf(schema).find((field) => own(field, 'field') === part)
  for (const column of fieldsOf(row)) {
    const name = ownText(column, 'field')
    const read = readerOf(column)
    if (name !== undefined && read !== undefined) out.set(name, read)
  }
  return out
}
