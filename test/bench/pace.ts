import { setTimeout as sleep } from 'node:timers/promises'

const tickMs = 20

/**
 * Does `work` for items whose time has come, evenly over a time, the first at `startAt`, whatever the time that it takes: an open loop. What is
 * late goes together with what is due by then, and its time stays the intended one.
 */
export async function pace(
  { count, overMs, startAt }: { count: number; overMs: number; startAt: number },
  work: (from: number, to: number) => Promise<void>,
): Promise<void> {
  for (let done = 0; done < count; ) {
    const passed = (performance.now() - startAt) / overMs
    const due = Math.min(count, Math.floor(passed * count) + 1)
    if (due > done) {
      await work(done, due)
      done = due
    }
    await sleep(tickMs)
  }
}
