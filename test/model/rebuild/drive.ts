import type { GenerationsRecord } from '#runtime/generation/record.ts'
import { firstGeneration } from '#runtime/generation/record.ts'
import { priorityOf } from '../definitions.ts'
import type { Finished } from '../drive.ts'
import { createOutside } from '../history.ts'
import type { Service } from '../host.ts'
import type { Mutant } from '../mutants.ts'
import { createRandom } from '../random.ts'
import { finalStates, settle } from '../settle.ts'
import { stillClock } from '../still-clock.ts'
import { count, createLineage, createWorld, drain, killHost, viewOf, type World } from '../world.ts'
import {
  type History,
  isDone,
  newest,
  type Progress,
  startCommand,
  stepCommand,
} from './command.ts'
import { drawScenario, type Scenario, underNewKey } from './scenario.ts'
import { hear, newStation, startStation, stationOf } from './stations.ts'
import { stepMs, stepOrRestart, turn } from './turn.ts'

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

/** Runs one random history in which a generation is built beside the one that serves, and takes over. */
export async function runRebuildHistory(
  seed: number,
  mutant: Mutant | null = null,
  newKey = false,
): Promise<FinishedRebuild> {
  return stillClock(async () => {
    const history = await beginHistory(seed, mutant, newKey)
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

async function beginHistory(
  seed: number,
  mutant: Mutant | null,
  newKey: boolean,
): Promise<History> {
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
    newKey,
  })
  for (const service of ['channel', 'profiles', 'identity'] as const)
    for (let n = random.pick([1, 1, 2]); n > 0; n--)
      history.stations.push(newStation(service, null))
  for (const station of history.stations) await startStation(history, station)
  return history
}

/** The command is given: from here on nobody deploys anything, and a second set of owners is there for the new generation. */
async function beginRebuild(history: History): Promise<void> {
  const { world, outside, records, stations } = history
  const { random } = world
  while (outside.deliverDefine());
  const drawn = drawScenario(world, history.plain)
  const scenario = history.newKey ? underNewKey(drawn, world) : drawn
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
