/** A clock and one timer, so that tests need no real time. */
export interface Timers {
  now(): number
  /** Calls `run` once, not before `at`; returns how to take it back. */
  at(at: number, run: () => void): () => void
}

/** setTimeout takes no more than 2^31 − 1 ms. */
const longestMs = 2 ** 31 - 1

export const systemTimers: Timers = {
  now: () => Date.now(),
  at(at, run) {
    let handle: NodeJS.Timeout
    const arm = (): void => {
      const wait = at - Date.now()
      handle = wait > longestMs ? setTimeout(arm, longestMs) : setTimeout(run, Math.max(0, wait))
      handle.unref()
    }
    arm()
    return () => clearTimeout(handle)
  },
}

export interface TickTimer {
  /** Nothing to read is left: a Tick is needed at `due` (null: never) if nothing comes before. */
  idle(due: number | null): void
  /** A batch arrived, or the partition is given up. */
  cancel(): void
}

/** Between two Ticks, since the broker's clock, which decides, may run behind ours. */
const restMs = 250

/** Appends a Tick to an idle partition when something is due: one timer armed for the next due time, and no polling. */
export function createTickTimer(timers: Timers, sendTick: () => void): TickTimer {
  let disarm: (() => void) | null = null
  let lastSentAt = Number.NEGATIVE_INFINITY
  const cancel = (): void => {
    disarm?.()
    disarm = null
  }
  return {
    cancel,
    idle(due) {
      cancel()
      if (due === null) return
      // The clock was set back: what was sent before is no reason to wait for it.
      if (lastSentAt > timers.now()) lastSentAt = Number.NEGATIVE_INFINITY
      disarm = timers.at(Math.max(due, lastSentAt + restMs), () => {
        disarm = null
        lastSentAt = timers.now()
        sendTick()
      })
    },
  }
}
