import { setTimeout as pause } from 'node:timers/promises'
import { asError } from '#runtime/errors/index.ts'
import type { ServiceName } from '../world/demo/services.ts'
import { faults } from './faults/index.ts'
import { type FaultKind, faultFacts } from './kinds.ts'
import type { Scene } from './scene.ts'
import { heldBy, type PlannedFault, type Schedule } from './schedule.ts'

/** One fault as it was. */
export interface Event {
  readonly kind: FaultKind
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly effect: boolean
  readonly note: string
}

const heldLookMs = 100

/**
 * Performs the schedule: one outage after the other, and what is sudden at its moment, or when the outage that holds its target is over.
 * Resolves when the last is over. A kind without effect is tried once more.
 */
export async function strikeAll(scene: Scene, { faults: planned }: Schedule): Promise<Event[]> {
  const began = performance.now()
  const events: Event[] = []
  let held: readonly ServiceName[] = []
  const seconds = (): number => (performance.now() - began) / 1000
  const untilTime = async (atMs: number): Promise<void> =>
    pause(Math.max(0, began + atMs - performance.now()))

  const strike = async (fault: PlannedFault): Promise<void> => {
    const fromSeconds = seconds()
    const { kind } = fault
    scene.say(`${kind}${fault.target === null ? '' : ` ${fault.target}`} …`)
    const { effect, note } = await faults[kind]
      .strike(scene, fault)
      .catch((error: unknown) => ({ effect: false, note: asError(error).message }))
    events.push({ kind, fromSeconds, toSeconds: seconds(), effect, note })
    scene.say(`${kind}: ${effect ? '' : 'WITHOUT EFFECT: '}${note}`)
  }
  const outage = async (fault: PlannedFault): Promise<void> => {
    held = heldBy(fault)
    await strike(fault)
    held = []
  }
  const outages = async (): Promise<void> => {
    for (const fault of planned)
      if (faultFacts[fault.kind].class === 'outage') {
        await untilTime(fault.atMs)
        await outage(fault)
      }
  }
  const sudden = async (fault: PlannedFault): Promise<void> => {
    await untilTime(fault.atMs)
    while (fault.target !== null && held.includes(fault.target)) await pause(heldLookMs)
    await strike(fault)
  }
  await Promise.all([
    outages(),
    ...planned.filter(({ kind }) => faultFacts[kind].class === 'sudden').map(sudden),
  ])
  const worked = new Set(events.filter(({ effect }) => effect).map(({ kind }) => kind))
  for (const kind of new Set(planned.map((fault) => fault.kind)))
    if (!worked.has(kind)) {
      const again = planned.find((fault) => fault.kind === kind)
      if (again !== undefined) await outage(again)
    }
  return events
}
