import { earliestMs, latestMs, toIso } from '../time/iso.ts'

/** Of a Date, either way. */
const furthestMs = 8.64e15

/** ISO 8601 with milliseconds; what no calendar holds stays the number that it is. */
export const isoText = (ms: number): string | number =>
  ms >= earliestMs && ms <= latestMs
    ? toIso(ms)
    : Math.abs(ms) <= furthestMs
      ? new Date(ms).toISOString()
      : ms
