import { setTimeout as pause } from 'node:timers/promises'
import { createRandom } from '../../world/random.ts'
import type { Fault } from '../scene.ts'

/** The same data directory, the same port; killed or asked to go. */
export const brokerRestart: Fault = {
  kind: 'broker_restart',
  missing: () => null,
  async strike({ stack }, { holdMs, seed }) {
    const signal = createRandom(seed).chance(0.5) ? 'SIGKILL' : 'SIGTERM'
    const from = performance.now()
    await stack.kill('kafka', signal)
    await pause(holdMs)
    await stack.restart('kafka')
    return {
      effect: true,
      note: `${signal}, away for ${((performance.now() - from) / 1000).toFixed(1)} s`,
    }
  },
}
