import { localDays } from './local-days.ts'

const hourMs = 3_600_000

/** A window of whole buckets, the present one included. Buckets are numbered; each is an interval of time. */
export interface CalendarWindow {
  readonly unit: 'hour' | 'day'
  /** How many buckets the window has. */
  readonly buckets: number
  /** null: hours, which are the same everywhere. */
  readonly zone: string | null
  readonly bucketOf: (at: number) => number
  /** First instant of a bucket. */
  readonly startOf: (bucket: number) => number
}

export function calendarWindow(
  unit: CalendarWindow['unit'],
  buckets: number,
  timeZone: string,
): CalendarWindow {
  if (unit === 'hour')
    return {
      unit,
      buckets,
      zone: null,
      bucketOf: (at) => Math.floor(at / hourMs),
      startOf: (bucket) => bucket * hourMs,
    }
  const days = localDays(timeZone)
  return { unit, buckets, zone: timeZone, bucketOf: days.dayOf, startOf: days.startOf }
}
