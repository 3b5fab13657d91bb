import { startChannel } from './channel-host.ts'
import { type Host, type Service, takeCall } from './host.ts'
import { startIdentity } from './identity-host.ts'
import { lostAnswer } from './ports.ts'
import { startProfiles } from './profiles-host.ts'
import { count, type Disk, drain, killHost, type World } from './world.ts'

export const services = ['channel', 'profiles', 'identity'] as const satisfies readonly Service[]

export const newDisk = (): Disk => ({ partitions: new Map(), linkerOffset: -1 })

/** Starts a process of a service on a machine. */
export async function start(world: World, service: Service, disk: Disk): Promise<void> {
  switch (service) {
    case 'channel':
      await startChannel(world)
      break
    case 'profiles':
      await startProfiles(world, disk)
      break
    case 'identity':
      await startIdentity(world, disk)
      break
    case 'rebuild':
      throw new Error('only the history of a rebuild has one')
    default:
      service satisfies never
  }
  await drain(world)
}

/** Answers one call of a process, or lets one of its timers fire. False: it waits for nothing. */
export async function step(world: World, host: Host): Promise<boolean> {
  const { random } = world
  const due = host.alarms.find(({ at }) => at <= world.now)
  if (due !== undefined && (host.calls.length === 0 || random.chance(0.3))) {
    host.alarms = host.alarms.filter((alarm) => alarm !== due)
    due.run()
  } else {
    const call = takeCall(host, random)
    if (call === undefined) return false
    answer(world, call)
  }
  world.steps++
  await drain(world)
  return true
}

type Call = NonNullable<ReturnType<typeof takeCall>>

function answer(world: World, { port, perform, resolve, reject }: Call): void {
  const { random, faults, faulty } = world
  const mayFail = port === 'send' || port === 'insert' || port === 'commit offset'
  if (mayFail && faulty && random.chance(faults.call)) {
    const fate = random.pick(['not done', 'done', 'done in part'] as const)
    count(world, `${port}: ${fate}, then an error`)
    if (fate === 'done') attempt(() => perform('all'))
    if (fate === 'done in part' && port !== 'commit offset') perform('some')
    reject(lostAnswer())
    return
  }
  try {
    perform('all')
    resolve()
  } catch (error) {
    reject(error instanceof Error ? error : new Error(String(error)))
  }
}

function attempt(perform: () => void): void {
  try {
    perform()
  } catch {
    // Refused; the caller hears of an error anyhow.
  }
}

/** As a supervisor does: the same service on the same machine. */
export async function restart(world: World, host: Host): Promise<void> {
  const disk = world.disks.get(host) ?? newDisk()
  killHost(world, host)
  await drain(world)
  await start(world, host.service, disk)
}
