import type { MemoryContents } from '../../services/profiles/core/memory-state.ts'
import { silenceMs } from './definitions.ts'
import { type Ended, eraseOne } from './erased.ts'
import type { Outside } from './history.ts'
import { owners } from './profiles-host.ts'
import { newDisk, restart, services, start, step } from './step.ts'
import { mergeAndTakeBack, type TakenBack } from './taken-back.ts'
import { drain, killHost, rawTopic, type World } from './world.ts'

const stepMs = 7 * 60_000

/** How a history came to rest. */
export interface Rest {
  /** Steps from the last fault on. */
  readonly steps: number
  /** What was left to do at the last fault: records that nobody had dealt with yet. */
  readonly backlog: number
  /** At the end every identifier was split from all others. */
  readonly parted: boolean
  /** At the end two people were merged, and that was taken back. */
  readonly takenBack: TakenBack | null
  /** At the very end nobody said anything for long. */
  readonly silent: boolean
  /** At the end somebody was erased. */
  readonly ended: Ended | null
}

/** More of them than any history needs: a bound for hangs. */
const roundsMax = 4000
const restartsMax = 30

/**
 * Steps per record that was left to do, and for what a start does anyhow. A record becomes a batch and a flush of some six steps in
 * the channel, at the home, at the linker, at homes again and at the owner, and timers come between; measured: `docs/simulation.md`.
 */
export const stepsMax = ({ backlog }: Pick<Rest, 'backlog'>): number => 400 + 12 * backlog

/** After the last fault: all clocks are right, every process is up, everyone gets a turn. Ends when nobody has anything to do. */
export async function settle(world: World, outside: Outside): Promise<Rest> {
  world.faulty = false
  world.registryAnswers = true
  world.brokerSkewMs = 0
  for (const host of world.hosts) host.skewMs = 0
  // Nobody knows them any more, so nobody waits for them.
  for (const host of world.hosts.filter(({ evicted }) => evicted)) killHost(world, host)
  await drain(world)
  for (const service of services)
    if (!world.hosts.some((host) => host.service === service))
      await start(world, service, newDisk())
  const before = world.steps
  const backlog = backlogOf(world)
  await untilIdle(world)
  const steps = world.steps - before
  const parted = world.random.chance(0.25)
  const takenBack =
    !parted && world.random.chance(0.5)
      ? await mergeAndTakeBack(world, outside, async () => trouble(world))
      : null
  if (parted) outside.splitAll()
  if (parted || takenBack !== null) await untilIdle(world)
  const silent = !parted && takenBack === null && world.random.chance(0.6)
  if (silent) await beSilent(world, outside)
  const ended =
    !parted && takenBack === null && !silent
      ? await eraseOne(world, outside, async () => trouble(world))
      : null
  if (ended !== null) await untilIdle(world)
  return { steps, backlog, parted, takenBack, silent, ended }
}

/** Long enough for everybody to expire whom nobody is known by, with trouble as they go; some come back, and fall silent again. */
async function beSilent(world: World, outside: Outside): Promise<void> {
  for (let n = world.random.below(3); n >= 0; n--) {
    world.now += silenceMs + world.random.below(silenceMs)
    await trouble(world)
    if (n > 0) outside.produce()
    await trouble(world)
    await untilIdle(world)
  }
  // What the last of them said has had its time, and whoever asked in vain asks again.
  for (let n = 0; n < 2; n++) {
    world.now += silenceMs + 60_000
    await untilIdle(world)
  }
}

/** Some steps of anybody, with all the faults that befall single processes. */
async function trouble(world: World): Promise<void> {
  world.faulty = true
  for (let n = world.random.below(30); n > 0 && world.hosts.length > 0; n--) {
    const host = world.random.pick(world.hosts)
    if (host.ended === undefined) await step(world, host)
    else await restart(world, host)
  }
  world.faulty = false
  for (const host of world.hosts) host.skewMs = 0
  await drain(world)
  for (const service of services)
    if (!world.hosts.some((host) => host.service === service))
      await start(world, service, newDisk())
}

async function untilIdle(world: World): Promise<void> {
  let quiet = 0
  let restarts = 0
  for (let round = 0; quiet < 3 && round < roundsMax; round++) {
    world.now += stepMs
    let busy = false
    for (const host of world.random.shuffled(world.hosts)) {
      if (host.ended !== undefined) {
        if (++restarts > restartsMax) {
          world.failures.push(`${host.name} fails again and again: ${String(host.ended.error)}`)
          return
        }
        await restart(world, host)
        busy = true
      } else if (await step(world, host)) busy = true
    }
    quiet = busy ? 0 : quiet + 1
  }
  if (quiet < 3) world.failures.push('does not come to rest')
}

/** Records that their readers have not committed. */
function backlogOf(world: World): number {
  const { broker } = world
  let sum = 0
  for (const { behind } of rawBacklogs(world)) sum += behind
  for (let partition = 0; partition < world.partitions; partition++) {
    const { high } = broker.range({ topic: world.profiles.reads.profileLog, partition })
    sum += Math.max(0, high - positionOf(world, partition))
  }
  const { high } = broker.range({ topic: world.identity.reads.links, partition: 0 })
  return sum + Math.max(0, high - linkerPosition(world))
}

function rawBacklogs({
  broker,
  groupIds,
}: World): { readonly partition: number; readonly behind: number }[] {
  return (broker.topic(rawTopic)?.partitions ?? []).map(({ high }, partition) => ({
    partition,
    behind:
      high - (broker.committed(groupIds.channel, { topic: rawTopic, partition })?.offset ?? 0),
  }))
}

/** Where the state of whoever owns a partition now has come to. */
function positionOf(world: World, partition: number): number {
  const disks = world.hosts.flatMap((host) => {
    const kept = world.disks.get(host)?.partitions.get(partition)
    return host.service === 'profiles' && kept !== undefined ? [kept.meta.nextOffset] : []
  })
  return Math.min(...disks, ...(disks.length === 0 ? [0] : []))
}

/** How far the linker or its standby has come. */
function linkerPosition({ hosts, disks }: World): number {
  return Math.max(
    0,
    ...hosts
      .filter(({ service }) => service === 'identity')
      .map((host) => disks.get(host)?.linkerOffset ?? 0),
  )
}

/** The live states of those who own the partitions now; says who stands still, and what was left unread. */
export function finalStates(world: World): readonly MemoryContents[] {
  const { broker, failures } = world
  const states: MemoryContents[] = []
  for (const host of world.hosts) {
    const pipeline = owners.get(host)
    for (const { partition, error } of pipeline?.owners.stopped() ?? [])
      failures.push(`partition ${partition} stands still: ${error.stack ?? error.message}`)
    for (const { partition } of pipeline?.owners.owned() ?? []) {
      const state = world.states.get(host)?.get(partition)
      if (state !== undefined) states[partition] = state
    }
  }
  for (let partition = 0; partition < world.partitions; partition++) {
    const { high } = broker.range({ topic: world.profiles.reads.profileLog, partition })
    const state = states[partition]
    const next = state?.meta.nextOffset
    if (next !== high)
      failures.push(`partition ${partition} was read to ${next ?? 'nowhere'}, not to ${high}`)
    if (state !== undefined && needsTick(state, world.now))
      failures.push(`partition ${partition} waits for a Tick that does not come`)
  }
  const { high } = broker.range({ topic: world.identity.reads.links, partition: 0 })
  if (linkerPosition(world) !== high)
    failures.push(`the linker came to ${linkerPosition(world)}, not to ${high}`)
  for (const { partition, behind } of rawBacklogs(world))
    if (behind > 0)
      failures.push(`${rawTopic}/${partition} has ${behind} records that nobody reads`)
  return states
}

const needsTick = ({ meta, profiles: all }: MemoryContents, now: number): boolean =>
  meta.cursor !== null || all.values().some(({ timer }) => timer !== null && timer <= now)
