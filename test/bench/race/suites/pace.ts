import { setTimeout as sleep } from 'node:timers/promises'

const tickMs = 20

/**
 * Does `work` for items whose time has come, evenly over a time, whatever the time that it takes: an open loop. What is late goes together with
 * what is due by then, and its time stays the intended one.
 */
export async function pace(
  { count, overMs, startAt }: { count: number; overMs: number; startAt: number },
  work: (from: number, to: number) => Promise<void>,
): Promise<void> {
  for (let done = 0; done < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - startAt) / overMs) * count))
    if (due > done) {
      await work(done, due)
      done = due
    }
    await sleep(tickMs)
  }
}
