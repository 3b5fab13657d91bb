import { DateTime } from 'luxon'
import { dayMs, utcDay } from './calendar.ts'
import { instantIn, instantOf, isOffset, readZone, type StatedZone } from './zone.ts'

/** Milliseconds since 1970, or why the text is no time. */
export type ReadText = number | 'invalid_time' | 'invalid_time_zone'

const fastIso =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:([Zz])|([+-])(\d\d):?(\d\d))$/
/** A day, a time of day, and whatever follows. */
const dated =
  /^(\d{4})(-?)(\d\d)\2(\d\d)(?:[Tt]| {1,4})(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,30}))?)?)?(?: {0,4}(\D.{0,79}))?$/
/** The rarer forms of ISO 8601 that a library reads: a day or a month alone, days of a week or of a year. */
const rarer = /^\d{4}(?:-\d\d(?:-\d\d)?|\d{4}|-?W\d\d(?:-?\d)?|-?\d{3})(?:[Tt ].*)?$/

/**
 * Milliseconds of a clock as if it were UTC's. 24:00:00 is the next midnight (ISO 8601); 23:59:60, which occurs in UTC alone, is
 * told by `isLeapSecond` and read as the last millisecond before.
 */
function wallClock(
  day: number | undefined,
  hour: number,
  minute: number,
  second: number,
  fraction: string | undefined,
): number | undefined {
  const ms = fraction === undefined ? 0 : Number(fraction.padEnd(3, '0').slice(0, 3))
  if (day === undefined || hour > 24 || minute > 59 || second > 60) return undefined
  if (hour === 24 && (minute > 0 || second > 0 || ms > 0)) return undefined
  const minutes = day + (hour * 60 + minute) * 60_000
  return second === 60 ? minutes + 59_999 : minutes + second * 1000 + ms
}

/** UTC has seconds 60 at the end of a day; a clock that shows one at any other minute is broken. */
const isLeapSecond = (at: number): boolean => ((at % dayMs) + dayMs) % dayMs === dayMs - 1

const fits = (at: number, second: number): ReadText =>
  second === 60 && !isLeapSecond(at) ? 'invalid_time' : at

/** The whole number that so many digits at a place of a text write, or NaN. */
function digitsAt(text: string, from: number, to: number): number {
  let number = 0
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

/** `2026-03-01T12:34:56Z`, in UTC, with or without milliseconds, as nearly every library writes it; undefined: another form, or no time. */
export function readUsual(text: string): number | undefined {
  const hasMs = text.length === 24
  if (!hasMs && text.length !== 20) return undefined
  if (
    text[4] !== '-' ||
    text[7] !== '-' ||
    text[10] !== 'T' ||
    text[13] !== ':' ||
    text[16] !== ':' ||
    (hasMs && text[19] !== '.') ||
    text[text.length - 1] !== 'Z'
  )
    return undefined
  const day = utcDay(digitsAt(text, 0, 4), digitsAt(text, 5, 7), digitsAt(text, 8, 10))
  const hour = digitsAt(text, 11, 13)
  const minute = digitsAt(text, 14, 16)
  const second = digitsAt(text, 17, 19)
  const ms = hasMs ? digitsAt(text, 20, 23) : 0
  // What no clock shows every day is the other reader's matter, and so is what is no digit.
  if (day === undefined || !(hour < 24 && minute < 60 && second < 60)) return undefined
  const at = day + ((hour * 60 + minute) * 60 + second) * 1000 + ms
  return Number.isNaN(at) ? undefined : at
}

/** ISO 8601 with an offset, by arithmetic: some 15 times as fast as a date library. undefined: another form. */
function readFast(text: string): ReadText | undefined {
  const match = fastIso.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, , sign, offsetHours, offsetMinutes] =
    match
  const wall = wallClock(
    utcDay(Number(year), Number(month), Number(day)),
    Number(hour),
    Number(minute),
    Number(second),
    fraction,
  )
  if (wall === undefined) return 'invalid_time'
  if (sign === undefined) return fits(wall, Number(second))
  const east = Number(offsetHours) * 60 + Number(offsetMinutes)
  const minutes = sign === '-' ? -east : east
  return Number(offsetMinutes) < 60 && isOffset(minutes)
    ? fits(wall - minutes * 60_000, Number(second))
    : 'invalid_time_zone'
}

function atZone(wall: number, stated: StatedZone, zone: string): ReadText {
  switch (stated.kind) {
    case 'offset':
      return wall - stated.minutes * 60_000
    case 'zone':
      return instantIn(wall, stated.zone)
    case 'none':
      return instantOf(wall, zone) ?? 'invalid_time_zone'
    case 'unknown':
      return 'invalid_time_zone'
    case 'no_zone':
      return 'invalid_time'
    default:
      return stated satisfies never
  }
}

/** A text of ISO 8601, or of a database's likeness to it; `zone` is that of a text that states none. */
export function readIso(text: string, zone: string): ReadText {
  const fast = readUsual(text) ?? readFast(text)
  if (fast !== undefined) return fast
  const match = dated.exec(text)
  if (match) {
    const [, year, , month, day, hour, minute = '0', second = '0', fraction, stated = ''] = match
    const wall = wallClock(
      utcDay(Number(year), Number(month), Number(day)),
      Number(hour),
      Number(minute),
      Number(second),
      fraction,
    )
    if (wall === undefined) return 'invalid_time'
    const at = atZone(wall, readZone(stated.trimEnd()), zone)
    return typeof at === 'number' ? fits(at, Number(second)) : at
  }
  if (!rarer.test(text)) return 'invalid_time'
  // Read as UTC's: the zone is put in afterwards, by the same rules as above.
  const read = DateTime.fromISO(text.replace(' ', 'T'), { zone: 'utc' })
  if (!read.isValid) return 'invalid_time'
  return statesZone(text)
    ? read.toMillis()
    : (instantOf(read.toMillis(), zone) ?? 'invalid_time_zone')
}

const compactDay = /^(\d{4})(\d\d)(\d\d)$/

/** A day without separators: `20260302`. */
export function readCompactDay(text: string, zone: string): ReadText {
  const match = compactDay.exec(text)
  const day = match ? utcDay(Number(match[1]), Number(match[2]), Number(match[3])) : undefined
  if (day === undefined) return 'invalid_time'
  return instantOf(day, zone) ?? 'invalid_time_zone'
}

/** Whether an ISO text says its own offset or zone. */
export function statesZone(text: string): boolean {
  if (/[Zz]$/.test(text)) return true
  const match = dated.exec(text)
  return match ? match[9] !== undefined : /[Tt ].*[+-]\d\d(?::?\d\d)?$/.test(text)
}
