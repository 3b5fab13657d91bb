import { setImmediate as nextTurn } from 'node:timers/promises'
import type { BatchControl } from './ports.ts'

/** Longest time on the event loop in one go: other partitions' answers and heartbeats must get through. */
export const turnMs = 20

/** The event loop's turns, for work on one batch. */
export interface Turn {
  /** This work had its turn. Cheap enough to be asked per message. */
  isDue(): boolean
  /** Lets the others have theirs, tells the group that this member lives; true when the assignment is over meanwhile. */
  give(): Promise<boolean>
}

/** @param now milliseconds of a clock that only goes forward. */
export function createTurn(
  control: Pick<BatchControl, 'heartbeat' | 'isStale'>,
  now: () => number = () => performance.now(),
): Turn {
  let since = now()
  return {
    isDue: () => now() - since >= turnMs,
    async give() {
      await nextTurn()
      await control.heartbeat()
      since = now()
      return control.isStale()
    },
  }
}
