import { asError } from '#runtime/errors/index.ts'
import type { GenerationsRecord } from '#runtime/generation/record.ts'
import type { RebuildPorts } from '../../../services/cli/rebuild/ports.ts'
import { runRebuild } from '../../../services/cli/rebuild/rebuild.ts'
import type { Outside } from '../history.ts'
import type { Host, Service } from '../host.ts'
import { step } from '../step.ts'
import { drain, killHost, newHost, type World } from '../world.ts'
import { definitions } from '../definitions.ts'
import { mutatedPorts } from './mutate.ts'
import { frameOffset, rebuildPorts } from './ports.ts'
import { rawFeed } from './raw-feed.ts'
import type { Scenario } from './scenario.ts'
import type { Site } from './stations.ts'

/** How far the rebuild is. */
export interface Progress {
  /** The command that builds; null: none runs. */
  command: Host | null
  scenario: Scenario | null
  next: World | null
  exchanged: boolean
  clocksRight: boolean
  fedLate: boolean
}

export interface History extends Site, Progress {
  readonly outside: Outside
  readonly records: GenerationsRecord[]
  readonly slow: Service | null
  readonly raws: number
  readonly commands: number
  /** Nothing but events and time: no deployment, few people of two identifiers, the same rules in the new generation. */
  readonly plain: boolean
  /** The rebuild is one under a new key. */
  readonly newKey: boolean
}

export const newest = (records: readonly GenerationsRecord[]): GenerationsRecord => {
  const record = records.at(-1)
  if (record === undefined) throw new Error('no record')
  return record
}

export const isDone = ({ records, next }: History): boolean =>
  next !== null && newest(records).live.generation === next.generation

export async function startCommand(history: History): Promise<void> {
  const { world, next, scenario } = history
  if (next === null || scenario === null) return
  const host = newHost(world, 'rebuild')
  history.command = host
  const outer = {
    save: (record: GenerationsRecord) => save(history, record),
    exchange() {
      history.exchanged = true
      // Their tables have other names now: whoever woke up late would write into those of the new generation.
      for (const zombie of world.hosts.filter(({ evicted }) => evicted)) killHost(world, zombie)
    },
  }
  const ports = withRaw(history, host, rebuildPorts(host, world, next, outer))
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

function withRaw(history: History, host: Host, ports: RebuildPorts): RebuildPorts {
  const { world, next, scenario } = history
  if (next === null || scenario?.newKey !== true) return ports
  const definition = definitions[scenario.definition - 1]
  if (definition === undefined) throw new Error('no definition')
  return { ...ports, fromRaw: rawFeed(host, world, next, ports.old, definition) }
}

export function save(history: History, record: GenerationsRecord): void {
  const { records, world } = history
  if (record.next?.phase === 'opening' && !history.exchanged)
    world.failures.push('the new generation serves before the tables changed places')
  if (record.next?.feed?.epoch !== newest(records).next?.feed?.epoch)
    history.fedLate ||= isLate(world, record)
  records.push(record)
}

/** An old record that waits to be applied is older than what this epoch feeds. */
export function isLate({ broker, profiles, tables }: World, { next }: GenerationsRecord): boolean {
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

export async function stepCommand(history: History, steps: number): Promise<void> {
  const { world, command } = history
  for (let n = world.random.below(steps + 1); n > 0; n--) {
    if (command === null || history.command !== command) return
    if (command.ended !== undefined || !command.alive) return restartCommand(history)
    await step(world, command)
  }
}

/** As whoever gave the command would: until it says that it is done. */
export async function restartCommand(history: History): Promise<void> {
  const { world, command } = history
  if (command !== null) killHost(world, command)
  history.command = null
  await drain(world)
  if (!isDone(history)) await startCommand(history)
}
