import { setTimeout as timer } from 'node:timers/promises'
import { type EpochMs, epochMs } from '../event/ids.ts'

/** Time as a port: what waits or asks for the time takes one. */
export interface Clock {
  now(): EpochMs
  /** Resolves after that time, or at once when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  async sleep(ms, signal) {
    try {
      await timer(ms, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      if (signal?.aborted !== true) throw error
    }
  },
}

export interface ManualClock extends Clock {
  /** Moves the time and wakes whoever slept until then, in order of waking. */
  advance(ms: number): Promise<void>
  readonly sleepers: number
}

/** A clock that moves only by hand. */
export function manualClock(start: number): ManualClock {
  let now = start
  let waiting: { readonly at: number; readonly wake: () => void }[] = []
  return {
    now: () => epochMs(now),
    get sleepers() {
      return waiting.length
    },
    async sleep(ms, signal) {
      if (signal?.aborted === true) return
      await new Promise<void>((resolve) => {
        const sleeper = { at: now + ms, wake: resolve }
        waiting.push(sleeper)
        signal?.addEventListener('abort', () => {
          waiting = waiting.filter((other) => other !== sleeper)
          resolve()
        })
      })
    },
    async advance(ms) {
      now += ms
      const due = waiting.filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at)
      waiting = waiting.filter(({ at }) => at > now)
      for (const { wake } of due) wake()
      // Lets what was woken run up to its next wait.
      await new Promise<void>((resolve) => {
        setImmediate(resolve)
      })
    },
  }
}
