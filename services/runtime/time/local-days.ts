const dayMs = 86_400_000
/** No clock on Earth is further from UTC than this. */
const furthestOffsetMs = 15 * 3_600_000
/** Midnights kept per zone: more than the days of fifty years. Beyond it they are found again. */
export const midnightsMax = 20_000

/** The days of a time zone, each a number (days since 1970-01-01 by its calendar) and an interval of time. */
export interface LocalDays {
  /** The day that has begun at `at` and not ended. */
  readonly dayOf: (at: number) => number
  /** First instant of a day. */
  readonly startOf: (day: number) => number
}

const known = new Map<string, LocalDays>()

/**
 * The days of an IANA zone, by its rules in the runtime's own time zone data. A day begins at the first instant that clocks show it, and ends where the next
 * one begins: 23 or 25 hours where clocks change, and where midnight is skipped or comes twice, still without gap or overlap.
 */
export function localDays(zone: string): LocalDays {
  let days = known.get(zone)
  if (days === undefined) {
    days = createLocalDays(zone)
    known.set(zone, days)
  }
  return days
}

function createLocalDays(zone: string): LocalDays {
  const offsetAt = offsets(zone)
  const starts = new Map<number, number>()
  // The day of the last question: the next one is mostly of the same.
  let last = 0
  let lastStart = Number.NaN
  let lastEnd = Number.NaN

  function startOf(day: number): number {
    let start = starts.get(day)
    if (start === undefined) {
      start = firstInstantOf(day, offsetAt)
      if (starts.size >= midnightsMax) starts.clear()
      starts.set(day, start)
    }
    return start
  }

  function dayOf(at: number): number {
    if (at >= lastStart && at < lastEnd) return last
    let day = Math.floor(at / dayMs) + 1
    while (startOf(day) > at) day -= 1
    last = day
    lastStart = startOf(day)
    lastEnd = startOf(day + 1)
    return day
  }

  return { dayOf, startOf }
}

/** A clock changes at most once around one midnight: by the offset before until then, by the offset after from then on. */
function firstInstantOf(day: number, offsetAt: (at: number) => number): number {
  const midnight = day * dayMs
  let before = midnight - furthestOffsetMs
  let after = midnight + furthestOffsetMs
  const early = offsetAt(before)
  const late = offsetAt(after)
  if (early === late) return midnight - early
  while (after - before > 1) {
    const middle = before + Math.floor((after - before) / 2)
    if (offsetAt(middle) === early) before = middle
    else after = middle
  }
  const byOldClock = midnight - early
  return byOldClock < after ? byOldClock : Math.max(after, midnight - late)
}

/** Milliseconds by which a zone's clocks are ahead of UTC. */
function offsets(zone: string): (at: number) => number {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (at) => {
    const seconds = Math.floor(at / 1000) * 1000
    const parts: Record<string, number> = {}
    for (const { type, value } of clock.formatToParts(seconds)) parts[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - seconds
  }
}
