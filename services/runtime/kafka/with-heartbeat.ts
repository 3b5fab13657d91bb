import { type Clock, systemClock } from '../lifecycle/clock.ts'
import type { BatchControl } from './ports.ts'

const heartbeatEveryMs = 1000

/** Does slow work while telling the group about every second that this member lives: ClickHouse or Kafka may be away for long. */
export async function withHeartbeat<T>(
  control: Pick<BatchControl, 'heartbeat'>,
  work: () => Promise<T>,
  clock: Pick<Clock, 'sleep'> = systemClock,
): Promise<T> {
  const done = new AbortController()
  const isOver = (): boolean => done.signal.aborted
  const beat = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(heartbeatEveryMs, done.signal)
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
