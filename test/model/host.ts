import type { Random } from './random.ts'

/** What a process asks of the outside; the steps of a simulation are answers to these. */
export type Port =
  | 'assigned'
  | 'batch'
  | 'send'
  | 'insert'
  | 'commit state'
  | 'commit offset'
  | 'resume'
  | 'look'
  | 'save'
  | 'pause'

/** How much of a call is done: what a broker or a table takes in pieces may be done in part. */
export type Extent = 'all' | 'some'

interface Call {
  readonly port: Port
  readonly perform: (extent: Extent) => void
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

interface Alarm {
  /** True time. */
  readonly at: number
  readonly run: () => void
}

/** `rebuild` is the command that builds a generation: no member of a group. */
export type Service = 'channel' | 'profiles' | 'identity' | 'rebuild'

export class Killed extends Error {}

/**
 * One process on one machine. It waits at every port until the simulation answers, so that the seed decides the order of everything
 * that happens in all of them.
 */
export interface Host {
  readonly name: string
  readonly service: Service
  alive: boolean
  /** The group has given its partitions to others; it may not know. */
  evicted: boolean
  /** Why its consumer ended by itself; undefined: it runs. */
  ended: { readonly error: Error | undefined } | undefined
  /** Its clock against the true time. */
  skewMs: number
  readonly calls: Call[]
  alarms: Alarm[]
  /** Handler calls under way. */
  busy: number
  /** Leaves its group; nothing before it joined. */
  leave: () => void
  /** Asks it to end in good order. */
  stop: () => void
  call(port: Port, perform: (extent: Extent) => void): Promise<void>
  /** Work that counts as busy until it is over. */
  within<T>(work: () => Promise<T>): Promise<T>
}

const nothing = (): void => undefined

export function createHost(name: string, service: Service, skewMs: number): Host {
  const host: Host = {
    name,
    service,
    alive: true,
    evicted: false,
    ended: undefined,
    skewMs,
    calls: [],
    alarms: [],
    busy: 0,
    leave: nothing,
    stop: nothing,
    async call(port, perform) {
      if (!host.alive) throw new Killed(name)
      return new Promise((resolve, reject) => {
        host.calls.push({ port, perform, resolve, reject })
      })
    },
    async within(work) {
      host.busy++
      try {
        return await work()
      } finally {
        host.busy--
      }
    },
  }
  return host
}

/** Busy with nothing that the simulation could answer: its event loop is at work, or it waits for ever. */
export const isComputing = ({ alive, busy, calls }: Host): boolean =>
  alive && busy > 0 && calls.length === 0

/** Takes one of the calls that a host waits for. */
export function takeCall({ calls }: Host, random: Random): Call | undefined {
  return calls.splice(random.below(calls.length), 1)[0]
}

/**
 * Ends a process at once. Of what it had under way nothing, all or some may have happened; a request that is on the wire may even come
 * later, when its successor is at work (`later` keeps it).
 */
export function kill(host: Host, random: Random, later: (perform: () => void) => void): void {
  if (!host.alive) return
  host.alive = false
  host.evicted = true
  host.leave()
  host.alarms = []
  for (const { port, perform, reject } of host.calls.splice(0)) {
    const onTheWire = port === 'send' || port === 'insert'
    const fate = random.below(onTheWire ? 4 : 2)
    if (fate === 1 && port !== 'resume') attempt(() => perform('all'))
    if (fate === 2) perform('some')
    if (fate === 3) later(() => perform('all'))
    reject(new Killed(host.name))
  }
  // Its loop ends, too: nobody else would wake it.
  host.stop()
}

/** A commit that the broker refuses is no more than refused. */
function attempt(perform: () => void): void {
  try {
    perform()
  } catch {
    // The process that would have been told is dead.
  }
}
