export interface Schedule {
  /** Windows end at whole multiples of their length since 1970, UTC: a day at midnight. */
  readonly windowMs: number
  /** After its end, what was received in a window has come to the tables. */
  readonly delayMs: number
  /** Windows that are made up for at most; older ones are left out. */
  readonly catchUpMax: number
}

/** The end of the last window that had ended by a time. Between two ends there is none: it would have no weekday, and count what they count once more. */
export const endBefore = (at: number, windowMs: number): number =>
  Math.floor(at / windowMs) * windowMs

/**
 * Ends of the windows that are to be run now, in their order: all since the last one that was run.
 * @param lastRun End of the last window that was run; null: none was, and the first is the one that has just ended.
 */
export function dueWindows(
  lastRun: number | null,
  now: number,
  { windowMs, delayMs, catchUpMax }: Schedule,
): readonly number[] {
  const newest = endBefore(now - delayMs, windowMs)
  const after = lastRun === null ? newest - windowMs : endBefore(lastRun, windowMs)
  const missed = Math.min(catchUpMax, Math.max(0, (newest - after) / windowMs))
  return Array.from({ length: missed }, (_, place) => newest - (missed - 1 - place) * windowMs)
}

/** Milliseconds until the first window that was not run is due; negative: it is late by that. */
export function untilDue(lastRun: number | null, now: number, schedule: Schedule): number {
  const [first] = dueWindows(lastRun, now, schedule)
  return first === undefined ? untilNext(now, schedule) : first + schedule.delayMs - now
}

/** Milliseconds until the next window is due. */
export const untilNext = (now: number, { windowMs, delayMs }: Schedule): number =>
  (Math.floor((now - delayMs) / windowMs) + 1) * windowMs + delayMs - now
