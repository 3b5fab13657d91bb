import { setTimeout as timer } from 'node:timers/promises'

export interface Backoff {
  /** Waits, each time twice as long as before, or until the signal is aborted. */
  wait(): Promise<void>
  reset(): void
}

export interface BackoffOptions {
  readonly firstMs: number
  readonly maxMs: number
  readonly signal: AbortSignal
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

const sleepOrAbort = async (ms: number, signal: AbortSignal): Promise<void> =>
  timer(ms, undefined, { signal }).catch(() => undefined)

/** Pauses that double up to a limit. */
export function createBackoff(options: BackoffOptions): Backoff {
  const { firstMs, maxMs, signal, sleep = sleepOrAbort } = options
  let nextMs = firstMs
  return {
    async wait() {
      const ms = nextMs
      nextMs = Math.min(nextMs * 2, maxMs)
      await sleep(ms, signal)
    },
    reset() {
      nextMs = firstMs
    },
  }
}
