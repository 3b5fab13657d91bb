import { readIso } from '#runtime/channel/core/time/clock-text.ts'
import { TributaryError } from '#runtime/errors/index.ts'

const unitsMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const duration = /^(\d{1,6})([smhd])$/

/** What is before it is written with a sign, which nothing that reads times knows. */
const yearOne = Date.parse('0001-01-01T00:00:00Z')

const isUnit = (unit: string | undefined): unit is keyof typeof unitsMs =>
  unit !== undefined && Object.hasOwn(unitsMs, unit)

/**
 * A time that somebody typed: ISO 8601 (UTC where it states no offset), or a duration back from now, such as `7d`.
 * @throws TributaryError TRB_USAGE
 */
export function timeArgument(text: string, option: string, now: Date): Date {
  const [, count, unit] = duration.exec(text) ?? []
  // As events state theirs: `new Date` would make a day of March of the 31st of February.
  const ms = isUnit(unit) ? now.getTime() - Number(count) * unitsMs[unit] : readIso(text, 'UTC')
  if (typeof ms === 'number' && ms >= yearOne) return new Date(ms)
  throw new TributaryError('TRB_USAGE', `${option} ${text} is no time`, {
    hint: 'Give it as ISO 8601, such as 2026-03-01T12:00:00Z, or as a time back from now, such as 7d.',
  })
}
