import { type EpochMs, epochMs } from '../../event/ids.ts'
import type { ChannelLimits } from './limits.ts'
import { type Rejection, reject } from './outcome.ts'
import { type ReadText, readCompactDay, readIso, readUsual, statesZone } from './time/clock-text.ts'
import { patternStatesZone, readPattern } from './time/pattern-text.ts'

/** Units of numbers: milliseconds in one. */
const units = { seconds: 1000, milliseconds: 1, microseconds: 1e-3, nanoseconds: 1e-6 } as const

type Unit = keyof typeof units

const isUnit = (format: string): format is Unit => Object.hasOwn(units, format)

/** How a source writes times: `zone` is that of times which carry none. */
export interface TimeFormat {
  readonly format: 'iso' | Unit | 'yyyymmdd' | (string & {})
  readonly zone: string
}

/** A time, and whether it is a wall clock's that stated no offset. */
export interface Clock {
  readonly at: EpochMs
  readonly zoneless: boolean
}

function fromNumber(value: unknown, factor: number): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number)
    ? Math.round(number * factor)
    : undefined
}

function fromText(text: string, { format, zone }: TimeFormat): ReadText {
  const trimmed = text.trim()
  if (format === 'iso') return readIso(trimmed, zone)
  return format === 'yyyymmdd' ? readCompactDay(trimmed, zone) : readPattern(trimmed, format, zone)
}

function toMillis(value: unknown, format: TimeFormat): ReadText | undefined {
  if (isUnit(format.format))
    return fromNumber(typeof value === 'bigint' ? Number(value) : value, units[format.format])
  // Avro's timestamp-millis decodes to a number or a date object, whatever the text format of the source is.
  if (typeof value === 'number')
    return format.format === 'iso' ? fromNumber(value, 1) : fromText(String(value), format)
  if (typeof value === 'string') return fromText(value, format)
  const number = typeof value === 'object' ? value?.valueOf() : undefined
  return typeof number === 'number' ? fromNumber(number, 1) : undefined
}

const utcIso: TimeFormat = { format: 'iso', zone: 'utc' }

/** A time as a source wrote it, or why it is none. Whether it is credible is `checkEventTime`'s matter. */
export function readTime(
  value: unknown,
  format: TimeFormat = utcIso,
  name = 'time',
): EpochMs | Rejection {
  if (value === undefined || value === null || value === '')
    return reject('missing_time', `${name} is missing`)
  const ms = toMillis(value, format) ?? 'invalid_time'
  switch (ms) {
    case 'invalid_time':
      return reject('invalid_time', `${name} is no time of the format ${format.format}`)
    case 'invalid_time_zone':
      return reject('invalid_time_zone', `${name} has an offset or a zone that no clock has`)
    default:
      return epochMs(ms)
  }
}

/** Whether a value that `readTime` reads says its own offset: numbers do, and texts with an offset, a `Z` or a zone. */
export function statesOffset(value: unknown, { format }: TimeFormat = utcIso): boolean {
  if (isUnit(format)) return true
  if (format === 'iso') return typeof value !== 'string' || statesZone(value.trim())
  return typeof value !== 'string' && typeof value !== 'number' ? true : patternStatesZone(format)
}

/** `readTime`, and whether the time stated its offset. */
export function readClock(
  value: unknown,
  format: TimeFormat = utcIso,
  name = 'time',
): Clock | Rejection {
  if (typeof value === 'string' && format.format === 'iso') {
    const usual = readUsual(value)
    if (usual !== undefined) return { at: epochMs(usual), zoneless: false }
  }
  const at = readTime(value, format, name)
  return typeof at === 'number' ? { at, zoneless: !statesOffset(value, format) } : at
}

/** How far a clock that states no zone may be ahead of UTC's, which is its source's when nobody says otherwise: Kiribati's. */
const zoneAheadMaxMs = 14 * 3_600_000

const wrongUnits: readonly (readonly [factor: number, what: string])[] = [
  [1000, 'seconds taken for milliseconds'],
  [1e-3, 'microseconds taken for milliseconds, or milliseconds for seconds'],
  [1e-6, 'nanoseconds taken for milliseconds, or microseconds for seconds'],
  [1e-9, 'nanoseconds taken for seconds'],
]

/**
 * Whether an event's time is credible when the record came at `receivedAt`. Each fault of a clock has a reason of its own, since
 * each is mended elsewhere: a time that is credible in another unit is someone's seconds for milliseconds; a wall clock without an
 * offset that is some hours ahead is read in the wrong zone.
 * @param zoneless The time stated no offset, and was read in the zone of its source.
 */
export function checkEventTime(
  at: EpochMs,
  receivedAt: EpochMs,
  limits: ChannelLimits,
  zoneless = false,
): Rejection | null {
  const latest = receivedAt + limits.futureToleranceMs
  const credible = (ms: number): boolean => ms >= limits.oldestEventMs && ms <= latest
  if (credible(at)) return null
  if (at === 0 || (zoneless && Math.abs(at) <= zoneAheadMaxMs))
    return reject('epoch_zero_time', 'the time is 0, the start of Unix time')
  if (zoneless && at > latest && at - receivedAt <= zoneAheadMaxMs)
    return reject(
      'wrong_time_zone',
      'a time without an offset that lies after the record came: set `time_zone` of the source, or `zone` in its map',
    )
  const meant = wrongUnits.find(([factor]) => credible(at * factor))
  if (meant) return reject('wrong_time_unit', `the time is credible only as ${meant[1]}`)
  return at > latest
    ? reject(
        'future_event_time',
        `more than ${limits.futureToleranceMs / 1000} s after the record came`,
      )
    : reject('ancient_event_time', 'before 1990')
}
