import { epochMs } from '#runtime/event/ids.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import {
  createMemoryState,
  type MemoryContents,
  newMemoryContents,
} from '../../services/profiles/core/memory-state.ts'
import { createProfiles, type Profiles } from '../../services/profiles/pipeline.ts'
import { createDefinitionShelf } from '../../services/profiles/shell/definitions.ts'
import type { DurableState } from '../../services/profiles/shell/state/lmdb-state.ts'
import { definitions } from './definitions.ts'
import { type Host, Killed } from './host.ts'
import { mutatedState } from './mutate.ts'
import { consumerOptions, hostConsumer, hostProducer, hostSink } from './ports.ts'
import { count, type Disk, killHost, newHost, type World } from './world.ts'

const shelf = createDefinitionShelf()
const compiled = new Map(definitions.map((definition) => [definition.version, definition]))

/** The owners of profiles on one machine: the production pipeline over states in memory, of which `disk` keeps what was committed. */
export async function startProfiles(world: World, disk: Disk): Promise<Host> {
  const host = newHost(world, 'profiles')
  world.disks.set(host, disk)
  const states = new Map<number, MemoryContents>()
  world.states.set(host, states)
  const pipeline = createPipeline(world, host, (partition) => {
    const contents = structuredClone(startOf(world, disk, partition))
    states.set(partition, contents)
    return openState(world, host, disk, partition, contents)
  })
  owners.set(host, pipeline)
  await pipeline.consumer.run(pipeline.owners)
  return host
}

/** Pipelines by host, for those who look at what became of them. */
export const owners = new WeakMap<Host, Profiles>()

/** Its own newest state, or a checkpoint that some other machine left: any, since a bucket may lag behind. */
function startOf(
  { random, checkpoints, generation }: World,
  disk: Disk,
  partition: number,
): MemoryContents {
  const own = disk.partitions.get(partition)
  if (own !== undefined) return own
  const left = checkpoints[partition] ?? []
  return left.length > 0 && random.chance(0.9) ? random.pick(left) : newMemoryContents(generation)
}

function openState(
  world: World,
  host: Host,
  disk: Disk,
  partition: number,
  contents: MemoryContents,
): Opened {
  const keep = (kept: MemoryContents): void => {
    disk.partitions.set(partition, kept)
    world.checkpoints[partition]?.push(kept)
  }
  let frozen: MemoryContents | null = null
  const state: DurableState = {
    ...mutatedState(world, createMemoryState(contents)),
    cut() {
      frozen = structuredClone(contents)
      return { alone: false }
    },
    async commit() {
      if (world.mutant === 'step 3 is skipped') return
      const kept = frozen ?? structuredClone(contents)
      await host.call('commit state', () => keep(kept))
    },
    close: async () => Promise.resolve(),
  }
  return { state, keep: () => keep(structuredClone(contents)) }
}

interface Opened {
  readonly state: DurableState
  /** Commits at once. */
  readonly keep: () => void
}

function createPipeline(world: World, host: Host, open: (partition: number) => Opened): Profiles {
  const { random, faults, partitions, mutant, generation, profiles: topology } = world
  const opened: Opened[] = []
  return createProfiles({
    settings: {
      generation,
      partitions,
      stateDir: '',
      hotMax: 100,
      storeIntervalMs: 1000,
      notify: false,
      consumer: consumerOptions,
    },
    topology,
    kafka: { consumer: (options) => hostConsumer(world, host, options) },
    producer: hostProducer(world, host),
    sink: hostSink(world, host),
    definitions: {
      get: (version) => compiled.get(version) ?? shelf.get(version),
      waitFor: async () => Promise.resolve(),
    },
    schemaIds: { segmentTransition: 1, deadLetter: 2 },
    seal: (bytes) => Buffer.from(bytes).toString('base64'),
    topicId: null,
    log: silentLogger,
    fail(error) {
      host.ended ??= { error }
    },
    timers: {
      now: () => epochMs(world.now + host.skewMs),
      at(at, run) {
        // As a real timer: by how long it is, whatever the clock does meanwhile.
        const alarm = {
          at: at - host.skewMs,
          run: mutant === 'the Tick is never sent' ? () => undefined : run,
        }
        host.alarms.push(alarm)
        return () => {
          host.alarms = host.alarms.filter((other) => other !== alarm)
        }
      },
    },
    faults: {
      async before(_what, step) {
        if (step === 1 && mutant === 'step 3 comes before step 1')
          for (const { keep } of opened) keep()
        if (!world.faulty || !random.chance(faults.step)) return
        count(world, `died before step ${step} of a flush`)
        killHost(world, host)
        throw new Killed(host.name)
      },
    },
    async openState({ identity: { partition } }) {
      const one = open(partition)
      opened.push(one)
      return Promise.resolve(one.state)
    },
  })
}
