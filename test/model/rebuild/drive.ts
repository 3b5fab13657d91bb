import type { GenerationsRecord } from '#runtime/generation/record.ts'
import { firstGeneration } from '#runtime/generation/record.ts'
import { asError } from '#runtime/errors/index.ts'
import { runRebuild } from '../../../services/cli/rebuild/rebuild.ts'
import { priorityOf } from '../definitions.ts'
import type { Finished } from '../drive.ts'
import { createOutside, type Outside } from '../history.ts'
import type { Host, Service } from '../host.ts'
import type { Mutant } from '../mutants.ts'
import { createRandom } from '../random.ts'
import { finalStates, settle } from '../settle.ts'
import { newDisk, step } from '../step.ts'
import { stillClock } from '../still-clock.ts'
import {
  count,
  createLineage,
  createWorld,
  drain,
  groupOf,
  killHost,
  newHost,
  viewOf,
  type World,
} from '../world.ts'
import { mutatedPorts } from './mutate.ts'
import { frameOffset, rebuildPorts } from './ports.ts'
import { drawScenario, type Scenario } from './scenario.ts'
import { hear, newStation, type Site, startStation, stationOf } from './stations.ts'

const minute = 60_000
const stepMs = 7 * minute

/** A history with a rebuild in it, at its end. `world` is the generation that serves then. */
export interface FinishedRebuild extends Finished {
  readonly old: World
  readonly scenario: Scenario
  readonly records: readonly GenerationsRecord[]
  /** True: no clock was ever wrong. */
  readonly clocksRight: boolean
  /** An old partition was so late that its events were fed after younger ones of others. */
  readonly fedLate: boolean
}

/** How far the rebuild is. */
interface Progress {
  /** The command that builds; null: none runs. */
  command: Host | null
  scenario: Scenario | null
  next: World | null
  exchanged: boolean
  clocksRight: boolean
  fedLate: boolean
}

interface History extends Site, Progress {
  readonly outside: Outside
  readonly records: GenerationsRecord[]
  readonly slow: Service | null
  readonly raws: number
  readonly commands: number
  /** Nothing but events and time: no deployment, few people of two identifiers, the same rules in the new generation. */
  readonly plain: boolean
}

/** Runs one random history in which a generation is built beside the one that serves, and takes over. */
export async function runRebuildHistory(
  seed: number,
  mutant: Mutant | null = null,
): Promise<FinishedRebuild> {
  return stillClock(async () => {
    const history = await beginHistory(seed, mutant)
    const { world } = history
    const { random } = world
    for (let n = 20 + random.below(120); n > 0; n--) await turn(history)
    await beginRebuild(history)
    for (let n = 50 + random.below(300); n > 0 && !isDone(history); n--) await turn(history)
    await finish(history)
    const next = history.next ?? world
    if (world.failures.length === 0) for (let n = random.below(60); n > 0; n--) await turn(history)
    await killStrangers(history)
    for (const station of history.stations) await hear(history, station)
    const rest = await settle(next, history.outside)
    const states = finalStates(next)
    for (const host of world.hosts.slice()) killHost(world, host)
    await drain(world)
    const { records, clocksRight, fedLate } = history
    const scenario = history.scenario ?? drawScenario(world, history.plain)
    return { world: next, old: world, rest, states, records, scenario, clocksRight, fedLate }
  })
}

async function beginHistory(seed: number, mutant: Mutant | null): Promise<History> {
  const random = createRandom(seed ^ 0x2545f491)
  const world = createWorld(seed, random, 'rebuild', mutant)
  const records = [firstGeneration(world.partitions)]
  const plain = random.chance(0.4)
  if (plain) world.pairs = random.pick([0.02, 0.1])
  const progress: Progress = {
    command: null,
    scenario: null,
    next: null,
    exchanged: false,
    clocksRight: true,
    fedLate: false,
  }
  const view = (generation: number): World =>
    progress.next?.generation === generation ? progress.next : world
  const history: History = Object.assign(progress, {
    world,
    outside: createOutside(world, () => view(newest(records).live.generation)),
    stations: [],
    records,
    record: () => newest(records),
    view,
    slow: random.pick<Service | null>([null, null, 'profiles', 'identity', 'rebuild']),
    raws: random.pick([0.1, 0.25]),
    commands: plain ? random.pick([0, 0.005]) : random.pick([0.015, 0.04]),
    plain,
  })
  for (const service of ['channel', 'profiles', 'identity'] as const)
    for (let n = random.pick([1, 1, 2]); n > 0; n--)
      history.stations.push(newStation(service, null))
  for (const station of history.stations) await startStation(history, station)
  return history
}

const newest = (records: readonly GenerationsRecord[]): GenerationsRecord => {
  const record = records.at(-1)
  if (record === undefined) throw new Error('no record')
  return record
}

const isDone = ({ records, next }: History): boolean =>
  next !== null && newest(records).live.generation === next.generation

/** The command is given: from here on nobody deploys anything, and a second set of owners is there for the new generation. */
async function beginRebuild(history: History): Promise<void> {
  const { world, outside, records, stations } = history
  const { random } = world
  while (outside.deliverDefine());
  const scenario = drawScenario(world, history.plain)
  const { definition, partitions, lost } = scenario
  const generation = 1
  const lineage = createLineage(generation, partitions, (what) => world.failures.push(what))
  history.scenario = scenario
  history.next = viewOf(world, {
    ...lineage,
    since: definition > world.deployed ? definition : 0,
    priority: priorityOf(definition),
    deployed: definition,
  })
  records.push({
    live: { generation: 0, partitions: world.partitions },
    next: {
      generation,
      partitions,
      definition,
      phase: 'preparing',
      startedAt: world.now,
      feed: null,
      tables: null,
    },
    previous: null,
    last: generation,
  })
  for (const station of stations) {
    if (!lost.some((service) => service === station.service)) continue
    count(world, `the state of ${station.service} is lost`)
    station.lostFor = 0
    if (station.host !== null) killHost(world, station.host)
    station.host = null
    station.running = null
  }
  if (lost.length > 0)
    for (const host of world.hosts.filter((one) => lost.some((service) => service === one.service)))
      killHost(world, host)
  await drain(world)
  for (const service of ['profiles', 'identity'] as const)
    for (let n = random.pick([1, 1, 2]); n > 0; n--) stations.push(newStation(service, generation))
  await startCommand(history)
}

async function startCommand(history: History): Promise<void> {
  const { world, next, scenario } = history
  if (next === null || scenario === null) return
  const host = newHost(world, 'rebuild')
  history.command = host
  const ports = rebuildPorts(host, world, next, {
    save: (record) => save(history, record),
    exchange() {
      history.exchanged = true
      // Their tables have other names now: whoever woke up late would write into those of the new generation.
      for (const zombie of world.hosts.filter(({ evicted }) => evicted)) killHost(world, zombie)
    },
  })
  void host.within(async () => {
    try {
      await runRebuild(mutatedPorts(world, ports), newest(history.records), scenario.options)
      host.ended = { error: undefined }
    } catch (error) {
      host.ended = { error: asError(error) }
    }
  })
  await drain(world)
}

function save(history: History, record: GenerationsRecord): void {
  const { records, world } = history
  if (record.next?.phase === 'opening' && !history.exchanged)
    world.failures.push('the new generation serves before the tables changed places')
  if (record.next?.feed?.epoch !== newest(records).next?.feed?.epoch)
    history.fedLate ||= isLate(world, record)
  records.push(record)
}

/** An old record that waits to be applied is older than what this epoch feeds. */
function isLate({ broker, profiles, tables }: World, { next }: GenerationsRecord): boolean {
  const ends = next?.feed?.rowsUntil ?? []
  const fed = tables
    .final('events')
    .filter(({ partition, version }) => frameOffset(version) < (ends[partition] ?? 0))
    .map(({ log_time: at }) => Date.parse(at))
  const newestFed = Math.max(0, ...fed)
  return ends.some((end, partition) => {
    const waiting = broker.records(profiles.reads.profileLog, partition)[end]
    return waiting !== undefined && waiting.timestamp < newestFed
  })
}

const mayDeploy = ({ plain, next }: History): boolean => !plain && next === null

/** Operators wait while nobody serves: what they said into the old log then would be heard by nobody. */
const mayCommand = ({ records }: History): boolean => {
  const phase = newest(records).next?.phase
  return phase !== 'draining' && phase !== 'exchanging' && phase !== 'opening'
}

/** One moment of a history: the outside acts, somebody takes a step, faults strike. */
async function turn(history: History): Promise<void> {
  const { world, outside, raws, commands } = history
  const { random, faults } = world
  world.now += stepMs
  const choice = random.next()
  if (random.chance(0.1)) outside.deliverDefine()
  if (choice < raws) outside.produce()
  else if (choice < raws + commands) {
    if (mayCommand(history)) outside.command()
  } else if (choice < raws + commands + 0.01 && mayDeploy(history)) outside.deploy()
  else await stepSomeone(history)
  if (history.command !== null) await stepCommand(history, history.slow === 'rebuild' ? 1 : 4)
  if (random.chance(faults.process)) await strike(history)
  if (world.faulty) jumpClocks(history)
  if (random.chance(faults.registry)) world.registryAnswers = !world.registryAnswers
  if (world.onTheWire.length > 0 && random.chance(0.1))
    world.onTheWire.splice(random.below(world.onTheWire.length), 1)[0]?.()
  for (const station of history.stations) if (random.chance(0.15)) await hear(history, station)
}

async function stepCommand(history: History, steps: number): Promise<void> {
  const { world, command } = history
  for (let n = world.random.below(steps + 1); n > 0; n--) {
    if (command === null || history.command !== command) return
    if (command.ended !== undefined || !command.alive) return restartCommand(history)
    await step(world, command)
  }
}

/** As whoever gave the command would: until it says that it is done. */
async function restartCommand(history: History): Promise<void> {
  const { world, command } = history
  if (command !== null) killHost(world, command)
  history.command = null
  await drain(world)
  if (!isDone(history)) await startCommand(history)
}

async function stepSomeone(history: History): Promise<void> {
  const { world, slow } = history
  const { random } = world
  const hosts = world.hosts.filter(({ service }) => service !== 'rebuild')
  if (hosts.length === 0) return
  const host = random.pick(hosts)
  // A frozen process is slow to wake.
  if (host.evicted && !random.chance(0.4)) return
  if (host.service === slow && !random.chance(0.25)) return
  await stepOrRestart(history, host)
}

async function stepOrRestart(history: History, host: Host): Promise<boolean> {
  const { world } = history
  if (host.ended === undefined) return step(world, host)
  const station = stationOf(history, host)
  killHost(world, host)
  await drain(world)
  if (station !== undefined) await startStation(history, station)
  return true
}

/** A crash, a fail-over while the old process lives on, a rebalance, or the command dies. */
async function strike(history: History): Promise<void> {
  const { world, stations } = history
  const { random } = world
  if (history.command !== null && random.chance(0.3)) {
    count(world, 'the rebuild crashes')
    return restartCommand(history)
  }
  const running = stations.filter(({ host }) => host !== null)
  if (running.length === 0) return
  const station = random.pick(running)
  const { host } = station
  if (host === null) return
  const fate = random.next()
  if (fate < 0.5) {
    count(world, 'crash')
    killHost(world, host)
    await drain(world)
    await startStation(history, station)
  } else if (fate < 0.8) {
    count(world, 'fail-over, the old one lives on')
    host.evicted = true
    host.leave()
    await startStation(history, station, newDisk())
  } else {
    count(world, 'rebalance')
    const { running: place, service } = station
    groupOf(history.view(place?.number ?? 0), service).rebalance()
    await drain(world)
  }
  const frozen = world.hosts.filter(({ evicted }) => evicted)
  if (frozen.length > 3) killHost(world, random.pick(frozen))
}

function jumpClocks(history: History): void {
  const { world } = history
  const { random, faults } = world
  if (!random.chance(faults.clock)) return
  const kind = random.next()
  if (kind < 0.4) world.now += random.below(24 * 60) * minute
  else {
    history.clocksRight = false
    world.brokerSkewMs = kind < 0.7 ? (random.below(180) - 90) * minute : 0
  }
  count(world, 'a clock jumps')
}

/** More than any rebuild of these takes once nothing goes wrong any more. */
const turnsMax = 6000

/** Without faults it comes to its end, whatever happened before. */
async function finish(history: History): Promise<void> {
  const { world } = history
  const { registryAnswers, brokerSkewMs } = world
  world.faulty = false
  world.registryAnswers = true
  await killStrangers(history)
  for (let n = 0; !isDone(history); n++) {
    if (n > turnsMax) {
      const { phase, feed } = newest(history.records).next ?? { phase: 'none', feed: null }
      world.failures.push(
        `the rebuild does not come to its end: ${phase} ${JSON.stringify(feed)}, command ${history.command?.ended?.error?.stack ?? ''}`,
      )
      return
    }
    world.now += stepMs
    for (const station of history.stations) await hear(history, station)
    for (const host of world.random.shuffled(world.hosts))
      if (host.service !== 'rebuild') await stepOrRestart(history, host)
    if (history.command === null) await startCommand(history)
    await stepCommand(history, 6)
  }
  Object.assign(world, { faulty: true, registryAnswers, brokerSkewMs })
  if (history.command !== null) killHost(world, history.command)
  history.command = null
}

/** Processes that belong to no station any more: frozen ones, and those that were asked to end. */
async function killStrangers(history: History): Promise<void> {
  const { world } = history
  for (const host of world.hosts.slice())
    if (host !== history.command && stationOf(history, host) === undefined) killHost(world, host)
  await drain(world)
}
