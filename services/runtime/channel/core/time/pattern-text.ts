import { DateTime } from 'luxon'
import type { ReadText } from './clock-text.ts'
import { instantOf, isOffset } from './zone.ts'

/** Whether times of a Luxon pattern say their own offset or zone; what stands in quotes is text. */
export const patternStatesZone = (pattern: string): boolean =>
  /[Zz]/.test(pattern.replaceAll(/'[^']*'/g, ''))

/** A text in the form of a Luxon pattern; `zone` is that of a pattern that states none. */
export function readPattern(text: string, pattern: string, zone: string): ReadText {
  const read = DateTime.fromFormat(text, pattern, { zone: 'utc', locale: 'en-US', setZone: true })
  if (!read.isValid)
    return read.invalidReason === 'unsupported zone' ? 'invalid_time_zone' : 'invalid_time'
  // `y` takes what it gets: 26, or 12026.
  if (read.year > 9999 || (read.year < 1000 && !/\d{4}/.test(text))) return 'invalid_time'
  if (!patternStatesZone(pattern)) return instantOf(read.toMillis(), zone) ?? 'invalid_time_zone'
  return isOffset(read.offset) ? read.toMillis() : 'invalid_time_zone'
}
