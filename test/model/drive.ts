import type { MemoryContents } from '../../services/profiles/core/memory-state.ts'
import type { Mode } from './faults.ts'
import { createOutside, type Outside } from './history.ts'
import type { Service } from './host.ts'
import type { Mutant } from './mutants.ts'
import { createRandom } from './random.ts'
import { finalStates, type Rest, settle } from './settle.ts'
import { newDisk, restart, services, start, step } from './step.ts'
import { stillClock } from './still-clock.ts'
import { count, createWorld, drain, groupOf, killHost, type World } from './world.ts'

const minute = 60_000
const stepMs = 7 * minute

export interface Finished {
  readonly world: World
  readonly rest: Rest
  /** Of each partition, at the end. */
  readonly states: readonly MemoryContents[]
}

export interface HistoryOptions {
  readonly mode: Mode
  readonly mutant?: Mutant | null
}

/** Runs one random history to its end: everything sent, every fault over, every process idle. */
export async function runHistory(
  seed: number,
  { mode, mutant = null }: HistoryOptions,
): Promise<Finished> {
  return stillClock(async () => {
    const random = createRandom(mode === 'safety' ? seed : seed ^ 0x5bd1e995)
    const world = createWorld(seed, random, mode, mutant)
    const outside = createOutside(world)
    for (const service of services)
      for (let n = random.pick([1, 1, 2]); n > 0; n--) await start(world, service, newDisk())
    await live(world, outside)
    while (outside.deliverDefine());
    if (mode === 'safety') await comeBack(world)
    const rest = await settle(world, outside)
    const states = finalStates(world)
    for (const host of world.hosts.slice()) killHost(world, host)
    await drain(world)
    return { world, rest, states }
  })
}

/** The history proper: the outside acts, processes take steps in any order, and faults strike. */
async function live(world: World, outside: Outside): Promise<void> {
  const { random, faults } = world
  const steps = 50 + random.below(170)
  const raws = random.pick([0.1, 0.25])
  const commands = random.pick([0.015, 0.04])
  // One part is often much slower than the rest.
  const slow = random.pick<Service | null>([null, null, ...services])
  for (let n = 0; n < steps; n++) {
    world.now += stepMs
    const choice = random.next()
    if (random.chance(0.1)) outside.deliverDefine()
    if (choice < raws) outside.produce()
    else if (choice < raws + commands) outside.command()
    else if (choice < raws + commands + 0.01) outside.deploy()
    else await stepSomeone(world, slow)
    if (random.chance(faults.process)) await strike(world)
    jumpClocks(world)
    if (random.chance(faults.registry)) world.registryAnswers = !world.registryAnswers
    if (world.onTheWire.length > 0 && random.chance(0.1))
      world.onTheWire.splice(random.below(world.onTheWire.length), 1)[0]?.()
  }
}

async function stepSomeone(world: World, slow: Service | null): Promise<void> {
  const { random, hosts } = world
  if (hosts.length === 0) return
  const host = random.pick(hosts)
  // A frozen process is slow to wake.
  if (host.evicted && !random.chance(0.4)) return
  if (host.service === slow && !random.chance(0.25)) return
  if (host.ended === undefined) await step(world, host)
  else await restart(world, host)
}

/** A crash, a fail-over while the old process lives on, a rebalance, or another number of processes. */
async function strike(world: World): Promise<void> {
  const { random, hosts } = world
  const members = hosts.filter(({ evicted }) => !evicted)
  if (members.length === 0) return
  const host = random.pick(members)
  const others = members.filter(({ service }) => service === host.service).length
  const fate = random.next()
  if (fate < 0.35) {
    count(world, 'crash')
    await restart(world, host)
  } else if (fate < 0.65) {
    // It freezes: the group gives its partitions to a machine that knows them from an older checkpoint, or not at all.
    count(world, 'fail-over, the old one lives on')
    host.evicted = true
    host.leave()
    await start(world, host.service, newDisk())
  } else if (fate < 0.85) {
    count(world, 'rebalance')
    groupOf(world, host.service).rebalance()
    await drain(world)
  } else if (others < 3 && fate < 0.93) {
    count(world, 'one process more')
    await start(world, host.service, newDisk())
  } else if (others > 1) {
    count(world, 'one process less')
    killHost(world, host)
    await drain(world)
  }
  const frozen = hosts.filter(({ evicted }) => evicted)
  if (frozen.length > 3) killHost(world, random.pick(frozen))
}

/** Brokers' clocks jump ahead for good, or are wrong for a while; processes' clocks are wrong by as much as their machine's. */
function jumpClocks(world: World): void {
  const { random, faults } = world
  if (!random.chance(faults.clock)) return
  const kind = random.next()
  if (kind < 0.4) world.now += random.below(24 * 60) * minute
  else if (kind < 0.7) world.brokerSkewMs = (random.below(180) - 90) * minute
  else world.brokerSkewMs = 0
  count(world, 'a clock jumps')
}

/** Frozen processes wake up after all is over, and what was on the wire arrives. */
async function comeBack(world: World): Promise<void> {
  const { random } = world
  for (const host of world.hosts.filter(({ evicted }) => evicted))
    if (random.chance(0.7))
      for (let n = random.below(40); n > 0 && host.alive; n--) await step(world, host)
  for (const perform of random.shuffled(world.onTheWire.splice(0))) perform()
  await drain(world)
}
