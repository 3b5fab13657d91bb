import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../scene.ts'

/** Long enough for the group to give the process up: it wakes as a member of nothing, in the middle of whatever it was doing. */
export const freeze: Fault = {
  kind: 'freeze',
  missing: () => null,
  async strike({ crew, workload, eventsPerSecond }, { target, holdMs }) {
    const instance = target ?? 'web'
    const frozen = crew.of(instance)
    // Something shall be in its hands.
    workload.surge(eventsPerSecond)
    await pause(surgeMs)
    frozen.kill('SIGSTOP')
    await pause(holdMs)
    frozen.kill('SIGCONT')
    return {
      effect: frozen.isAlive(),
      note: `${instance} for ${(holdMs / 1000).toFixed(0)} s`,
    }
  },
}

const surgeMs = 200
