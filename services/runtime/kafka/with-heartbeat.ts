import { setTimeout as sleep } from 'node:timers/promises'
import type { BatchControl } from './ports.ts'

const heartbeatEveryMs = 1000

/** Does slow work while telling the group about every second that this member lives: ClickHouse or Kafka may be away for long. */
export async function withHeartbeat<T>(
  control: Pick<BatchControl, 'heartbeat'>,
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController()
  const isOver = (): boolean => done.signal.aborted
  const beat = async (): Promise<void> => {
    for (;;) {
      await sleep(heartbeatEveryMs, undefined, { signal: done.signal, ref: false }).catch(
        () => undefined,
      )
      if (isOver()) return
      await control.heartbeat()
    }
  }
  const beating = beat()
  try {
    return await work()
  } finally {
    done.abort()
    await beating
  }
}
