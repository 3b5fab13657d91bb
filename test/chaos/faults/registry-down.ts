import { setTimeout as pause } from 'node:timers/promises'
import { asError } from '#runtime/errors/index.ts'
import type { Fault, Scene } from '../scene.ts'

/** Long enough that no service can have met the new schema before the registry is gone. */
const surgeMs = 300

/**
 * The company registers a new version of its schema, the registry dies, and records of that version come: their partition must wait, not
 * lose them and not refuse them.
 */
export const registryDown: Fault = {
  kind: 'registry_down',
  missing: () => null,
  async strike(scene, { holdMs }) {
    const { stack, workload, eventsPerSecond } = scene
    // Where an earlier restart took too long: the new version can only be registered with a registry.
    if (!(await answers(stack.registry.url))) await restart(scene)
    await workload.evolve(async () => stack.kill('registry'))
    workload.surge(eventsPerSecond)
    await pause(surgeMs)
    const before = workload.unmetRecords()
    await pause(holdMs)
    const from = performance.now()
    // The envelope is one of many that the world writes.
    while (workload.unmetRecords() === 0 && performance.now() - from < untilSentMaxMs) {
      workload.surge(eventsPerSecond)
      await pause(surgeMs)
    }
    const sent = workload.unmetRecords()
    await restart(scene)
    return {
      effect: sent > 0,
      note: `${sent} records of an unknown schema sent (${before} at once)`,
    }
  },
}

const restartsMax = 3

/** A registry reads all of its storage before it serves, and may give up on brokers that are busy. */
async function restart({ stack, over, say }: Scene): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await stack.restart('registry')
      return
    } catch (error) {
      if (attempt === restartsMax || over.aborted) throw error
      say(`the registry is started again: ${asError(error).message}`)
    }
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const { ok } = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(answerMaxMs) })
    return ok
  } catch {
    return false
  }
}

const answerMaxMs = 2000
const untilSentMaxMs = 10_000
