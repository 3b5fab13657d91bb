import { setImmediate as nextTurn } from 'node:timers/promises'
import type { BatchControl } from './ports.ts'

/** Longest time on the event loop in one go: other partitions' answers and heartbeats must get through. */
export const turnMs = 20

/**
 * After so long the rest of a batch is left for a later one: kafkajs fetches again from a broker only when all batches of its last fetch are
 * done, so that one slow partition holds up all others of that broker for as long as its batch lasts. An ordinary batch takes a quarter of it.
 */
export const shareMs = 2000

/** The event loop's turns, for work on one batch. */
export interface Turn {
  /** This work had its turn. Cheap enough to be asked per message. */
  isDue(): boolean
  /** The batch had its share of time, turns of others and waiting for flushes included. */
  isEnough(): boolean
  /** Lets the others have theirs, tells the group that this member lives; true when the assignment is over meanwhile. */
  give(): Promise<boolean>
}

/** @param now milliseconds of a clock that only goes forward. */
export function createTurn(
  control: Pick<BatchControl, 'heartbeat' | 'isStale'>,
  now: () => number = () => performance.now(),
): Turn {
  const begun = now()
  let since = begun
  return {
    isEnough: () => now() - begun >= shareMs,
    isDue: () => now() - since >= turnMs,
    async give() {
      await nextTurn()
      await control.heartbeat()
      since = now()
      return control.isStale()
    },
  }
}
