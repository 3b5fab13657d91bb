import { setTimeout as pause } from 'node:timers/promises'
import type { Installation } from '../support/pipeline/install.ts'
import { type ServiceProcess, untilReady } from '../support/pipeline/service-process.ts'
import { type ServiceName, serviceNames } from '../world/demo/services.ts'

/** A process that ended though nobody here had ended it. */
export interface UnexpectedEnd {
  readonly instance: string
  readonly exit: string
  readonly lastWords: string
}

/** The services' processes, started again whenever they end, as an orchestrator would. */
export interface Crew {
  /** One process of every service, all ready. */
  startAll(): Promise<void>
  /** One more process, under a name of its own; resolves when it is ready. */
  add(service: ServiceName, instance: string): Promise<ServiceProcess>
  /** TERM, and not started again. */
  retire(instance: string): Promise<void>
  /** The process that runs under this name now. */
  of(instance: string): ServiceProcess
  running(): readonly ServiceProcess[]
  /** SIGKILL; resolves when its successor runs. */
  kill(instance: string): Promise<void>
  /** TERM, as an operator does it; resolves when its successor runs. */
  restart(instance: string): Promise<void>
  readonly unexpectedEnds: readonly UnexpectedEnd[]
  ready(timeoutMs: number): Promise<void>
  /** TERM for all. */
  stop(): Promise<void>
}

interface Slot {
  readonly service: ServiceName
  readonly instance: string
  process: ServiceProcess
  /** We ended it ourselves. */
  expected: boolean
  retired: boolean
}

/** An orchestrator does not start at once again either, and a service that can't run must not take all of the machine. */
const restartAfterMs = 300
const pollMs = 50
const stopGraceMs = 12_000

export function createCrew(
  installation: Installation,
  environment: Readonly<Record<string, string>>,
  say: (text: string) => void,
): Crew {
  const slots = new Map<string, Slot>()
  const unexpectedEnds: UnexpectedEnd[] = []
  const watching: Promise<void>[] = []
  const ending = new AbortController()
  const isOver = ({ retired }: Slot): boolean => ending.signal.aborted || retired

  const watch = async (slot: Slot): Promise<void> => {
    for (;;) {
      const { code, signal } = await slot.process.exited
      if (isOver(slot)) return
      if (!slot.expected) {
        const exit = signal ?? `exit ${code ?? '?'}`
        unexpectedEnds.push({
          instance: slot.instance,
          exit,
          lastWords: slot.process.lastWords(),
        })
        say(`${slot.instance} ended by itself (${exit})`)
      }
      await pause(restartAfterMs)
      if (isOver(slot)) return
      slot.expected = false
      slot.process = installation.start(slot.service, slot.instance, environment)
    }
  }
  const launch = (service: ServiceName, instance: string): Slot => {
    const slot: Slot = {
      service,
      instance,
      process: installation.start(service, instance, environment),
      expected: false,
      retired: false,
    }
    slots.set(instance, slot)
    watching.push(watch(slot))
    return slot
  }
  const slotOf = (instance: string): Slot => {
    const slot = slots.get(instance)
    if (slot === undefined) throw new Error(`there is no ${instance}`)
    return slot
  }
  const end = async (instance: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const slot = slotOf(instance)
    const before = slot.process
    slot.expected = true
    before.kill(signal)
    while (slot.process === before && !ending.signal.aborted) await pause(pollMs)
  }
  return {
    unexpectedEnds,
    async startAll() {
      await Promise.all(serviceNames.map(async (name) => untilReady(launch(name, name).process)))
    },
    async add(service, instance) {
      const slot = launch(service, instance)
      await untilSlotReady(slot, addedReadyMs)
      return slot.process
    },
    async retire(instance) {
      const slot = slotOf(instance)
      slot.retired = true
      slots.delete(instance)
      await stopped(slot.process)
    },
    of: (instance) => slotOf(instance).process,
    running: () => [...slots.values()].map(({ process }) => process),
    kill: async (instance) => end(instance, 'SIGKILL'),
    restart: async (instance) => end(instance, 'SIGTERM'),
    async ready(timeoutMs) {
      await Promise.all([...slots.values()].map(async (slot) => untilSlotReady(slot, timeoutMs)))
    },
    async stop() {
      ending.abort()
      await Promise.all([...slots.values()].map(async ({ process }) => stopped(process)))
      await Promise.all(watching)
    },
  }
}

const lookMs = 500
const addedReadyMs = 40_000

/** Whichever process runs under the name: one that ended, by whatever is going on, has a successor. */
async function untilSlotReady(slot: Slot, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await isReady(slot.process))) {
    if (performance.now() > deadline)
      throw new Error(`${slot.instance} is not ready: ${slot.process.lastWords()}`)
    await pause(pollMs)
  }
}

/** False also for a process that ends meanwhile: its successor is asked next. */
async function isReady(process: ServiceProcess): Promise<boolean> {
  try {
    await untilReady(process, lookMs)
    return true
  } catch {
    return false
  }
}

/** TERM, then KILL: a frozen process, or one that hangs, must not outlive the run. */
async function stopped(process: ServiceProcess): Promise<void> {
  process.kill('SIGCONT')
  process.kill('SIGTERM')
  const waiting = new AbortController()
  await Promise.race([
    process.exited,
    pause(stopGraceMs, undefined, { signal: waiting.signal }).catch(() => undefined),
  ])
  waiting.abort()
  if (process.isAlive()) process.kill('SIGKILL')
  await process.exited
}
