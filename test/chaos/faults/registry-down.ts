import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../scene.ts'

/** Long enough that no service can have met the new schema before the registry is gone. */
const surgeMs = 300

/**
 * The company registers a new version of its schema, the registry dies, and records of that version come: their partition must wait, not
 * lose them and not refuse them.
 */
export const registryDown: Fault = {
  kind: 'registry_down',
  missing: () => null,
  async strike({ stack, workload, eventsPerSecond }, { holdMs }) {
    await workload.evolve(async () => stack.kill('registry'))
    workload.surge(eventsPerSecond)
    await pause(surgeMs)
    const before = workload.unmetRecords()
    await pause(holdMs)
    const sent = workload.unmetRecords()
    await stack.restart('registry')
    return {
      effect: sent > 0,
      note: `${sent} records of an unknown schema sent (${before} at once)`,
    }
  },
}
