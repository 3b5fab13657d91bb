import { setTimeout as pause } from 'node:timers/promises'
import {
  healthOf,
  type ServiceProcess,
  untilReady,
} from '../../support/pipeline/service-process.ts'
import type { Fault, Scene } from '../scene.ts'

const owners = ['identity', 'profiles'] as const
const lookMs = 200
const feltMaxMs = 15_000
const recoverMs = 8000
/** Of TRB_STATE_FULL; whoever starts just then complains of other things. */
const noRoom = 'no room for the state'

/**
 * States can't grow any more. A partition whose state can't be committed stands still and says so, and goes on by itself once there is room.
 * Whoever does not is started again, and the note says so.
 */
export const diskFull: Fault = {
  kind: 'disk_full',
  missing: ({ stateRoom }) => (typeof stateRoom === 'string' ? stateRoom : null),
  async strike(scene, { holdMs }) {
    const { stateRoom, workload, eventsPerSecond, crew } = scene
    if (typeof stateRoom === 'string') return { effect: false, note: stateRoom }
    const ended = crew.unexpectedEnds.length
    const megabytes = stateRoom.fill()
    workload.surge(eventsPerSecond * 2)
    let felt: readonly string[]
    try {
      const from = performance.now()
      felt = await untilFelt(scene, ended)
      await pause(Math.max(0, holdMs - (performance.now() - from)))
    } finally {
      stateRoom.empty()
    }
    const restarted = await restartThoseThatStandStill(scene)
    return {
      effect: felt.length > 0,
      note: `${megabytes} MB filled; ${felt.length === 0 ? 'nobody felt it' : felt.join('; ')}${restarted.length === 0 ? '' : `; started again: ${restarted.join(', ')}`}`,
    }
  },
}

/** Who ended or says that it can't go on. */
async function untilFelt({ crew }: Scene, endedBefore: number): Promise<readonly string[]> {
  const deadline = performance.now() + feltMaxMs
  while (performance.now() < deadline) {
    const ends = crew.unexpectedEnds.slice(endedBefore)
    if (ends.length > 0) return ends.map(({ instance, exit }) => `${instance} ended (${exit})`)
    const complaints = await Promise.all(owners.map(async (name) => complaintsOf(crew.of(name))))
    if (complaints.flat().length > 0) return complaints.flat()
    await pause(lookMs)
  }
  return []
}

async function complaintsOf(process: ServiceProcess): Promise<readonly string[]> {
  try {
    const { checks } = await healthOf(process)
    return checks.flatMap(({ ok, name, why }) =>
      ok || why?.includes(noRoom) !== true
        ? []
        : [`${process.instance}: ${name}: ${withoutPaths(why).slice(0, 80)}`],
    )
  } catch {
    return []
  }
}

/** Where this machine keeps things is nobody's business who reads the page of a run. */
const withoutPaths = (text: string): string => text.replaceAll(/(?:\/[^\s:/]+){2,}/g, '…')

async function restartThoseThatStandStill({ crew }: Scene): Promise<readonly string[]> {
  const restarted: string[] = []
  for (const name of owners) {
    try {
      await untilReady(crew.of(name), recoverMs)
    } catch {
      await crew.restart(name)
      restarted.push(name)
    }
  }
  return restarted
}
