import type { EpochMs } from '#runtime/event/ids.ts'
import type { Timers } from './tick-timer.ts'

/**
 * When the stores of a process may begin. A store costs about as much for ten rows as for a thousand, and those of several partitions that
 * begin together share their inserts. So after much was stored all partitions rest for a while, and what gathers goes together; with little to
 * store nobody waits, and behind a backlog they rest for longer.
 */
export interface StorePace {
  isOpen(): boolean
  /** Calls `run` once it is open, one waiting partition after the other and what else waits on the event loop in between; returns how to take it back. */
  whenOpen(run: () => void): () => void
  /** A store of so many messages has begun, the newest of which came into the log at `newestAt`. */
  began(messages: number, newestAt: EpochMs): void
}

/** A process that is given less than two thousand messages a second rests less and less, more lets it rest as long as it may. */
const messagesPerMs = 2

/**
 * From two hundred messages a second on it rests at least so long: what is stored in small pieces costs ClickHouse more than all that it does
 * for six times as many messages in large ones.
 */
const shortRest = { msPerMessage: 5, maxMs: 250 } as const

/**
 * Who is given more than some 7,500 messages a second rests for longer than the interval: at 12,500 for three of them. There cores are what lacks,
 * and fewer, larger inserts leave more of them to the folding, which is what others wait for.
 */
const busyRest = { ofInterval: 0.5, messagesPerMs: 15, intervals: 3 } as const

/** After so many messages were stored. */
const restMs = (messages: number): number =>
  Math.max(messages / messagesPerMs, Math.min(shortRest.maxMs, messages * shortRest.msPerMessage))

/** The longest rest of a process that keeps up, after so many messages were stored. */
const longestMs = (messages: number, intervalMs: number): number =>
  Math.min(
    Math.max(intervalMs, intervalMs * busyRest.ofInterval + messages / busyRest.messagesPerMs),
    intervalMs * busyRest.intervals,
  )

/**
 * Who is late stores less often, so as to catch up: half as long as he is late makes nobody's row half as late again, and a profile that changes
 * ten times meanwhile is one row.
 */
const restPerLate = 0.5

/** Of the interval, however late. */
const lateIntervals = 5

const gatherMaxMs = 150

/**
 * Stores that the pace let begin one after the other are to share their inserts all the same: a table waits for the next partition's rows, by
 * how many it took the last time and no longer than partitions need for their turns. The pace holds the next store back for longer.
 * @param intervalMs of the pace
 */
export const gatherMs =
  (intervalMs: number) =>
  (lastRows: number): number =>
    Math.min(gatherMaxMs, intervalMs, Math.floor(lastRows / messagesPerMs))

/** @param intervalMs the longest rest of a process that keeps up and is not busy; 0: none ever. */
export function createStorePace(timers: Timers, intervalMs: number): StorePace {
  let openedAt = Number.NEGATIVE_INFINITY
  let opensAt = Number.NEGATIVE_INFINITY
  /** Stored since it opened last. */
  let stored = 0
  /** How late the latest of them were, milliseconds. */
  let lateMs = 0
  const isOpenAt = (now: number): boolean => now >= opensAt || now < openedAt
  /** In the order in which they came. */
  const waiting = new Set<Waiting>()
  let takeTimerBack: (() => void) | null = null

  function arm(): void {
    if (takeTimerBack !== null || waiting.size === 0) return
    const at = Math.min(...[...waiting].map((one) => one.at))
    takeTimerBack = timers.at(at, turn)
  }

  /** Begins one store: what it does at once takes a while, and batches that came meanwhile are not to wait for all of them. */
  function turn(): void {
    takeTimerBack = null
    const now = timers.now()
    const next = [...waiting].find(({ at }) => at <= now || now < openedAt)
    if (next !== undefined) waiting.delete(next)
    next?.run()
    arm()
  }

  return {
    // A clock that was set back opens it too.
    isOpen: () => isOpenAt(timers.now()),
    whenOpen(run) {
      const one = { at: opensAt, run }
      waiting.add(one)
      arm()
      return () => {
        waiting.delete(one)
        if (waiting.size > 0) return
        takeTimerBack?.()
        takeTimerBack = null
      }
    },
    began(messages, newestAt) {
      const now = timers.now()
      if (isOpenAt(now)) {
        openedAt = now
        stored = 0
        lateMs = 0
      }
      stored += messages
      lateMs = Math.max(lateMs, now - newestAt)
      const longest = Math.min(
        Math.max(longestMs(stored, intervalMs), lateMs * restPerLate),
        intervalMs * lateIntervals,
      )
      opensAt = openedAt + Math.min(longest, restMs(stored))
    },
  }
}

interface Waiting {
  readonly at: number
  run(): void
}
