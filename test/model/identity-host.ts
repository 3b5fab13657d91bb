import { createIdentity } from '../../services/identity/pipeline.ts'
import type { DurableState } from '../../services/identity/shell/lmdb-state.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { identityPolicy, type IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import { createLinker, type Linker } from '../../services/identity/core/linker.ts'
import { createMemoryState } from '../../services/identity/core/memory-state.ts'
import type { LinkerState } from '../../services/identity/core/state.ts'
import { definitions, priorityOf } from './definitions.ts'
import { type Host, Killed } from './host.ts'
import { mutatedLinkerState } from './mutate.ts'
import { birthOf } from './people.ts'
import { consumerOptions, hostConsumer, hostProducer, hostSink } from './ports.ts'
import { count, type Disk, killHost, linksOf, newHost, type World } from './world.ts'

/** By order of priority, in which alone definitions differ; read once, since that takes longer than a history. */
const byPriority = new Map(
  definitions.map(({ version, definition }) => [
    priorityOf(version).join(),
    identityPolicy(definition.identity),
  ]),
)

/** What holds in a generation. */
export function policyOf({ priority }: World): IdentityPolicy {
  const policy = byPriority.get(priority.join())
  if (policy === undefined) throw new RangeError('no definition has this order of priority')
  return policy
}

/** The production linker, with its state as of the records of the log below an offset. */
export function linkerAt(
  world: World,
  upTo = Number.POSITIVE_INFINITY,
): { linker: Linker; state: LinkerState } {
  const state = createMemoryState(world.generation)
  const linker = createLinker({ state, policies: () => policyOf(world), birthProfileId: birthOf })
  for (const entry of linksOf(world, upTo)) linker.fold(entry)
  return { linker, state }
}

/** The single writer of identity, or its standby: the production pipeline. Its disk keeps how far it came, since its state is a fold. */
export async function startIdentity(world: World, disk: Disk): Promise<Host> {
  const host = newHost(world, 'identity')
  world.disks.set(host, disk)
  const { random, faults, partitions, kafka, generation, identity: topology } = world
  const { consumer, owner } = createIdentity({
    settings: {
      generation,
      partitions,
      stateDir: '',
      hotMax: 100,
      effectsPerFlushMax: 3,
      catchUp: { behindMin: 4, perCommitMax: 12 },
      consumer: consumerOptions,
    },
    topology,
    kafka: {
      consumer: (options) => hostConsumer(world, host, options),
      reader: () => kafka.client().reader(),
    },
    producer: hostProducer(world, host),
    sink: hostSink(world, host),
    decisionSchemaId: 3,
    topicId: null,
    onFlushed: () => undefined,
    log: silentLogger,
    faults: {
      async before(_what, step) {
        if (!world.faulty || !random.chance(faults.step)) return
        count(world, `died before step ${step} of the linker's flush`)
        killHost(world, host)
        throw new Killed(host.name)
      },
    },
    openState: async () => Promise.resolve(openState(world, host, disk)),
    policies: { load: async () => Promise.resolve(), get: () => policyOf(world) },
  })
  await consumer.run(owner)
  return host
}

function openState(world: World, host: Host, disk: Disk): DurableState {
  const { random, linkerCheckpoints } = world
  if (disk.linkerOffset < 0)
    disk.linkerOffset =
      linkerCheckpoints.length > 0 && random.chance(0.9) ? random.pick(linkerCheckpoints) : 0
  const { state } = linkerAt(world, disk.linkerOffset)
  state.meta.nextOffset = Math.max(state.meta.nextOffset, disk.linkerOffset)
  return {
    ...mutatedLinkerState(world, state),
    commit: async () =>
      host.call('commit state', () => {
        disk.linkerOffset = state.meta.nextOffset
        linkerCheckpoints.push(state.meta.nextOffset)
      }),
    close: async () => Promise.resolve(),
  }
}
