import { DateTime } from 'luxon'

const named: ReadonlySet<string> = new Set([
  'iso',
  'seconds',
  'milliseconds',
  'microseconds',
  'nanoseconds',
  'yyyymmdd',
])

/** No two of its parts are alike. */
const probe = DateTime.fromISO('2031-12-14T15:09:26.535Z', { zone: 'utc', locale: 'en-US' })

export const timeFormatHint =
  'iso, seconds, milliseconds, microseconds, nanoseconds, yyyymmdd, or a Luxon pattern: yyyy-MM-dd HH:mm:ss'

/** What is wrong with the format of times of a map, so that no record's time would be read by it; null: nothing. */
export function timeFormatProblem(format: string): string | null {
  if (named.has(format)) return null
  const bare = format.replaceAll(/'[^']*'/g, ' ')
  if (/dT[Hh]/.test(bare)) return "T is a pattern of its own in it; write 'T' in quotes"
  const unknown = (bare.match(/([a-zA-Z])\1*/g) ?? []).find((run) => probe.toFormat(run) === run)
  if (unknown !== undefined) return `${unknown} means nothing in it`
  const read = DateTime.fromFormat(probe.toFormat(format), format, { zone: 'utc', locale: 'en-US' })
  return read.isValid && read.toISODate() === probe.toISODate() ? null : 'it does not tell the day'
}
