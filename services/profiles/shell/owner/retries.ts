import type { Timers } from './tick-timer.ts'

/** Attempts that are made again later, each under a key. */
export interface Retries {
  /** Runs `attempt` after a pause, which grows with each call until the key worked. */
  later(key: string, attempt: () => Promise<void>): void
  worked(key: string): void
  /** Takes back what has not begun, and waits for what has. */
  settle(): Promise<void>
}

export function createRetries(options: {
  readonly timers: Timers
  readonly firstMs: number
  readonly maxMs: number
}): Retries {
  const { timers, firstMs, maxMs } = options
  const pausesMs = new Map<string, number>()
  const planned = new Map<string, () => void>()
  const running = new Set<Promise<void>>()

  const start = async (key: string, attempt: () => Promise<void>): Promise<void> => {
    planned.delete(key)
    const work = attempt()
    running.add(work)
    try {
      await work
    } finally {
      running.delete(work)
    }
  }

  return {
    later(key, attempt) {
      planned.get(key)?.()
      const pauseMs = pausesMs.get(key) ?? firstMs
      pausesMs.set(key, Math.min(pauseMs * 2, maxMs))
      planned.set(
        key,
        timers.at(timers.now() + pauseMs, () => void start(key, attempt)),
      )
    },
    worked: (key) => void pausesMs.delete(key),
    async settle() {
      for (const takeBack of planned.values()) takeBack()
      planned.clear()
      await Promise.allSettled(running)
      // One that failed meanwhile planned itself anew.
      for (const takeBack of planned.values()) takeBack()
      planned.clear()
    },
  }
}
