import { setTimeout as pause } from 'node:timers/promises'
import type { Admin } from '#runtime/kafka/ports.ts'

/** A consumer group, and what it reads. */
export interface Reading {
  readonly group: string
  readonly topics: readonly string[]
}

/** Records between what a group has committed and the end of its topics. */
export async function lagOf(
  admin: Admin,
  readings: readonly Reading[],
): Promise<{ readonly lag: number; readonly ends: string }> {
  let lag = 0
  const ends: string[] = []
  for (const { group, topics } of readings) {
    for (const topic of topics) {
      const [ranges, committed] = await Promise.all([
        admin.offsets(topic),
        admin.committed(group, topic),
      ])
      for (const [partition, { low, high }] of ranges) {
        lag += high - Math.max(low, committed.get(partition)?.offset ?? low)
        ends.push(`${topic}/${partition}@${high}`)
      }
    }
  }
  return { lag, ends: ends.join() }
}

export interface ConvergeOptions {
  readonly timeoutMs: number
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number
  /** Called at every look; a throw ends the wait. */
  readonly onLook: (lag: number) => void
}

/**
 * Waits until nothing is under way any more: every group has committed the end of its topics, and no topic has grown between two
 * looks, so that nothing one service sent while another was looked at can hide. Resolves with the moment of the first of the two.
 * @throws Error after `timeoutMs` without an end.
 */
export async function untilConverged(
  admin: Admin,
  readings: readonly Reading[],
  { timeoutMs, now, onLook }: ConvergeOptions,
): Promise<number> {
  const deadline = now() + timeoutMs
  let quiet: { readonly at: number; readonly ends: string } | undefined
  for (;;) {
    const at = now()
    const { lag, ends } = await lagOf(admin, readings)
    if (lag === 0 && quiet?.ends === ends) return quiet.at
    quiet = lag === 0 ? { at, ends } : undefined
    if (at > deadline)
      throw new Error(`not converged after ${timeoutMs / 1000} s: ${lag} records under way`)
    onLook(lag)
    await pause(150)
  }
}
