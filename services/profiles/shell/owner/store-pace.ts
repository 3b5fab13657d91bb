import type { Timers } from './tick-timer.ts'

/**
 * When the stores of a process may begin. A store costs about as much for ten rows as for a thousand, and those of several partitions that
 * begin together share their inserts. So after much was stored all partitions rest for a while, and what gathers goes together; with little to
 * store nobody waits.
 */
export interface StorePace {
  isOpen(): boolean
  /** Calls `run` once it is open; returns how to take it back. */
  whenOpen(run: () => void): () => void
  /** A store of so many messages has begun. */
  began(messages: number): void
}

/** A process that is given less than two thousand messages a second rests less and less, more lets it rest as long as it may. */
const messagesPerMs = 2

/** @param intervalMs the longest rest; 0: none ever. */
export function createStorePace(timers: Timers, intervalMs: number): StorePace {
  let openedAt = Number.NEGATIVE_INFINITY
  let opensAt = Number.NEGATIVE_INFINITY
  /** Stored since it opened last. */
  let stored = 0
  const isOpenAt = (now: number): boolean => now >= opensAt || now < openedAt
  return {
    // A clock that was set back opens it too.
    isOpen: () => isOpenAt(timers.now()),
    whenOpen: (run) => timers.at(opensAt, run),
    began(messages) {
      const now = timers.now()
      if (isOpenAt(now)) {
        openedAt = now
        stored = 0
      }
      stored += messages
      opensAt = openedAt + Math.min(intervalMs, stored / messagesPerMs)
    },
  }
}
