import type { Host } from '../host.ts'
import { newDisk, step } from '../step.ts'
import { count, drain, groupOf, killHost } from '../world.ts'
import { type History, newest, restartCommand, stepCommand } from './command.ts'
import { hear, startStation, stationOf } from './stations.ts'

const minute = 60_000
export const stepMs = 7 * minute

export const mayDeploy = ({ plain, next }: History): boolean => !plain && next === null

/** Operators wait while nobody serves: what they said into the old log then would be heard by nobody. */
export const mayCommand = ({ records }: History): boolean => {
  const phase = newest(records).next?.phase
  return phase !== 'draining' && phase !== 'exchanging' && phase !== 'opening'
}

/** One moment of a history: the outside acts, somebody takes a step, faults strike. */
export async function turn(history: History): Promise<void> {
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

export async function stepSomeone(history: History): Promise<void> {
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

export async function stepOrRestart(history: History, host: Host): Promise<boolean> {
  const { world } = history
  if (host.ended === undefined) return step(world, host)
  const station = stationOf(history, host)
  killHost(world, host)
  await drain(world)
  if (station !== undefined) await startStation(history, station)
  return true
}

/** A crash, a fail-over while the old process lives on, a rebalance, or the command dies. */
export async function strike(history: History): Promise<void> {
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

export function jumpClocks(history: History): void {
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
