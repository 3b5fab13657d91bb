import { asError } from '../errors/index.ts'
import type { Clock } from '../lifecycle/index.ts'
import type { CheckpointStore } from './port.ts'
import type { StateReports } from './reports.ts'
import { type CopiedState, takeCheckpoint } from './take.ts'

export interface CheckpointerDeps {
  readonly store: CheckpointStore
  readonly reports: StateReports
  readonly clock: Clock
  readonly intervalMs: number
  /** Newest copies that are kept of each part. */
  readonly keep: number
}

/** Checkpoints of one state. */
export interface StateWatch {
  /** Its position moved on. */
  committed(): void
  /** It closes: no copy of it begins any more. */
  end(): void
}

export interface Checkpointer {
  watch(state: CopiedState): StateWatch
  /** Gives up what is under way, and waits until nothing is. */
  close(): Promise<void>
}

/** A copy that caught a state within a record is tried again that soon. */
const againMs = 1000

/**
 * Copies each state once per interval, if it moved since the last copy: one at a time, so that a process with many partitions does not fill the
 * disk's queue with them. Nothing waits for a copy, and one that fails is reported and tried again after the interval.
 */
export function createCheckpointer(deps: CheckpointerDeps): Checkpointer {
  const { store, reports, clock, intervalMs, keep } = deps
  const closing = new AbortController()
  const { signal } = closing
  let queue: Promise<void> = Promise.resolve()

  const take = async (state: CopiedState): Promise<'taken' | 'again'> => {
    const { part } = state.identity
    try {
      const copy = await takeCheckpoint({ store, reports, keep, clock, signal }, state)
      if (copy === null) return 'again'
      reports.written(part, copy)
    } catch (error) {
      if (!signal.aborted) reports.failed(part, asError(error))
    }
    return 'taken'
  }

  /** Waits its turn behind all others. */
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const before = queue
    const { promise, resolve } = Promise.withResolvers<void>()
    queue = promise
    await before
    try {
      return await work()
    } finally {
      resolve()
    }
  }

  return {
    watch(state) {
      const ended = new AbortController()
      const over = AbortSignal.any([signal, ended.signal])
      let isArmed = false
      let dueAt = clock.now() + intervalMs

      const run = async (): Promise<void> => {
        for (let waitMs = dueAt - clock.now(); ; waitMs = againMs) {
          // Of a clock that was set back it is never more than the interval.
          await clock.sleep(Math.min(Math.max(0, waitMs), intervalMs), over)
          if (over.aborted) return
          const outcome = await inTurn(async () => {
            if (over.aborted) return 'taken'
            // Commits from here on may be in the copy or not: they arm the next one.
            isArmed = false
            dueAt = clock.now() + intervalMs
            return take(state)
          })
          if (outcome === 'taken' || isArmed) return
          isArmed = true
        }
      }

      return {
        committed() {
          if (isArmed || over.aborted) return
          isArmed = true
          void run()
        },
        end: () => ended.abort(),
      }
    },
    async close() {
      closing.abort()
      await queue
    },
  }
}
