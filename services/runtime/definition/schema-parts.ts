import { z } from 'zod'

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

export const durationPattern = /^([1-9]\d{0,8})(s|m|h|d)$/

export const durationSchema = z
  .string()
  .regex(durationPattern, 'a whole number and a unit: 90m, 12h, 30d')
  .describe('A whole number and a unit: s, m, h or d (of 24 hours)')

/**
 * Milliseconds of a duration of the pipeline file, e.g. `30d`. Days are 24 hours, whatever the clocks do.
 * @throws RangeError for anything that the validator would have refused.
 */
export function durationMs(text: string): number {
  const unit = durationPattern.test(text) ? unitMs[text.slice(-1)] : undefined
  if (unit === undefined) throw new RangeError(`not a duration: ${text}`)
  return Number(text.slice(0, -1)) * unit
}

/**
 * Identifiers in one profile, at most. A split of all of them into as many profiles is one decision of 370 KB, the end of the profile by silence
 * a record of 180 KB, and deciding anew upon its evidence takes six seconds: a third of what a record may hold, and a part of a session of Kafka.
 * The bytes grow with the number, the time with its square.
 */
export const identityCapMax = 5000

export const scalarSchema = z.union([z.string(), z.number(), z.boolean()])

/** Names become columns, CEL variables and topic keys: lower case, digits, underscores. */
export const nameSchema = z
  .string()
  .max(60, 'at most 60 characters')
  .regex(
    /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/,
    'snake_case: lower-case letters, digits, single underscores',
  )

export const currencySchema = z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code such as EUR')

export const textSchema = z.string().trim().min(1, 'may not be empty').max(2000)

export const zoneSchema = z
  .string()
  .refine((zone) => isTimeZone(zone), 'not an IANA time zone such as Europe/Berlin')

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
