import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../scene.ts'

const delayMs = 1000

/** It works, but every piece of a request and of an answer comes late; at the end its connections break. */
export const clickhouseSlow: Fault = {
  kind: 'clickhouse_slow',
  missing: () => null,
  async strike({ clickhouseWay }, { holdMs }) {
    clickhouseWay.slow(delayMs)
    await pause(holdMs)
    clickhouseWay.restore()
    return { effect: true, note: `${delayMs} ms each way for ${(holdMs / 1000).toFixed(0)} s` }
  },
}
