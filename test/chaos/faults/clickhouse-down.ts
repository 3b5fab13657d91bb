import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../scene.ts'

/** Killed in the middle of whatever it inserts. */
export const clickhouseDown: Fault = {
  kind: 'clickhouse_down',
  missing: () => null,
  async strike({ stack }, { holdMs }) {
    await stack.kill('clickhouse')
    await pause(holdMs)
    await stack.restart('clickhouse')
    return { effect: true, note: `killed, away for ${(holdMs / 1000).toFixed(0)} s and its start` }
  },
}
