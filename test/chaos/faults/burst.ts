import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../scene.ts'

export const burstFactor = 10

export const burst: Fault = {
  kind: 'burst',
  missing: () => null,
  async strike({ workload }, { holdMs }) {
    const before = workload.produced()
    workload.times(burstFactor)
    await pause(holdMs)
    workload.times(1)
    const sent = workload.produced() - before
    return { effect: sent > 0, note: `${sent} events in ${(holdMs / 1000).toFixed(0)} s` }
  },
}
