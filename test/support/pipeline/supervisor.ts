import { setTimeout as pause } from 'node:timers/promises'
import type { Installation } from './installation.ts'
import type { ServiceName } from '../../world/demo/services.ts'
import { type ServiceProcess, untilReady } from './service-process.ts'

const pollMs = 50

/** A place where a process is to die, in the words of TRIBUTARY_FAULT_AT. */
export interface Fault {
  readonly service: ServiceName
  readonly at: string
}

/** Keeps processes of every service running, as an orchestrator would, and gives each a fault to die of while any is left. */
export interface Supervisor {
  /** Faults that ended a process. */
  readonly hit: readonly Fault[]
  /** Faults that have not ended a process yet. */
  pending(): readonly Fault[]
  running(): readonly ServiceProcess[]
  /** Resolves when all processes run and are well. */
  ready(): Promise<void>
  /** KILL from outside; the process is started again at once. */
  kill(instance: string): void
  /** @throws Error when a process ended in any other way than by a fault or `kill`. */
  assertNoOtherEnd(): void
  /** TERM for all; gives the exit codes. */
  stop(): Promise<readonly (number | null)[]>
}

interface Slot {
  readonly service: ServiceName
  readonly instance: string
  process: ServiceProcess
  fault: Fault | null
  killedFromOutside: boolean
}

export interface SupervisorOptions {
  readonly services: readonly ServiceName[]
  /** What tells the processes of one service apart: as many as there are names. */
  readonly copies: readonly string[]
  readonly faults: readonly Fault[]
}

export function supervise(
  installation: Installation,
  { services, copies, faults }: SupervisorOptions,
): Supervisor {
  const waiting = [...faults]
  const hit: Fault[] = []
  const otherEnds: string[] = []
  const ending = new AbortController()

  const assertNoOtherEnd = (): void => {
    if (otherEnds.length > 0) throw new Error(otherEnds.join('\n'))
  }
  const nextFault = (service: ServiceName): Fault | null => {
    const index = waiting.findIndex((fault) => fault.service === service)
    return index < 0 ? null : (waiting.splice(index, 1)[0] ?? null)
  }
  const launch = (slot: Pick<Slot, 'service' | 'instance' | 'fault'>): ServiceProcess =>
    installation.start(
      slot.service,
      slot.instance,
      slot.fault === null ? {} : { TRIBUTARY_FAULT_AT: slot.fault.at },
    )
  const watch = async (slot: Slot): Promise<void> => {
    for (;;) {
      const { signal } = await slot.process.exited
      if (ending.signal.aborted) return
      if (signal !== 'SIGKILL') {
        otherEnds.push(`${slot.instance}: ${slot.process.lastWords()}`)
        return
      }
      if (slot.killedFromOutside) {
        if (slot.fault !== null) waiting.push(slot.fault)
      } else if (slot.fault === null) {
        otherEnds.push(`${slot.instance} was killed by nobody we know`)
        return
      } else hit.push(slot.fault)
      slot.killedFromOutside = false
      slot.fault = nextFault(slot.service)
      if (slot.fault === null && !(await twinsFaultsAreHit(slot))) return
      slot.process = launch(slot)
    }
  }
  /** Beside a process that never dies, a standby that is to die might never get its turn. */
  const twinsFaultsAreHit = async (slot: Slot): Promise<boolean> => {
    const isWaiting = (): boolean =>
      slots.some(({ service, fault }) => service === slot.service && fault !== null)
    while (isWaiting() && !ending.signal.aborted) await pause(pollMs)
    return !ending.signal.aborted
  }
  const slots = services.flatMap((service) =>
    copies.map((name): Slot => {
      const slot = { service, instance: `${service}-${name}`, fault: nextFault(service) }
      return { ...slot, process: launch(slot), killedFromOutside: false }
    }),
  )
  const watching = slots.map(async (slot) => watch(slot))

  return {
    hit,
    pending: () => [...waiting, ...slots.flatMap(({ fault }) => (fault === null ? [] : [fault]))],
    running: () => slots.map(({ process }) => process),
    kill(instance) {
      const slot = slots.find((one) => one.instance === instance)
      if (slot === undefined) throw new Error(`there is no ${instance}`)
      slot.killedFromOutside = true
      slot.process.kill('SIGKILL')
    },
    assertNoOtherEnd,
    async ready() {
      while (slots.some((slot) => slot.killedFromOutside || !slot.process.isAlive())) {
        assertNoOtherEnd()
        await pause(pollMs)
      }
      await Promise.all(slots.map(async ({ process }) => untilReady(process)))
    },
    async stop() {
      ending.abort()
      const exits = await Promise.all(slots.map(async ({ process }) => process.stop()))
      await Promise.all(watching)
      return exits.map(({ code }) => code)
    },
  }
}
