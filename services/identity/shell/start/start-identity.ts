import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  awaitTables,
  type Boot,
  connectKafka,
  connectTables,
  consumerOptionsOf,
  openCounterRows,
  patiently,
  registryOf,
  requireTopics,
} from '#runtime/boot/index.ts'
import { checkCheckpointDirectory, stateKeeperOf } from '#runtime/checkpoint/index.ts'
import { type ClickHouse, migrateColumns, type RowSink } from '#runtime/clickhouse/index.ts'
import type { ConfigOf } from '#runtime/config/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { type OwnGeneration, removeReplacedStates } from '#runtime/generation/index.ts'
import type { Admin, KafkaClient, Producer } from '#runtime/kafka/ports.ts'
import { faultPointsOf } from '#runtime/lifecycle/index.ts'
import { registerAll } from '#runtime/registry/index.ts'
import { openStages } from '#runtime/stages/index.ts'
import { makeStateDirectory, showStateDisk } from '#runtime/state/index.ts'
import type { identityVariables } from '../../config.ts'
import { profilesByClass } from '../../core/profile-sizes.ts'
import type { LinkerMeta } from '../../core/state.ts'
import { createIdentity } from '../../pipeline.ts'
import { topicsUsed, type Topology, topology } from '../../topology.ts'
import { deployOnFirstStart } from './first-deploy.ts'
import { createKeptState } from '../kept-state.ts'
import { createLinkerMetrics } from '../metrics.ts'

export type IdentityConfig = ConfigOf<typeof identityVariables>
type IdentityBoot = Boot<IdentityConfig>

interface Dependencies {
  readonly kafka: KafkaClient
  readonly admin: Admin
  readonly producer: Producer
  readonly clickhouse: ClickHouse
  readonly sink: RowSink
  readonly decisionSchemaId: number
  readonly names: Topology
  readonly generation: OwnGeneration
}

/** Wires the linker and lets it run; every part is stopped in reverse by the boot's lifecycle. */
export async function startIdentity(boot: IdentityBoot, kill: () => void): Promise<void> {
  const { config, log, metrics, lifecycle } = boot
  makeStateDirectory(config.stateDir)
  checkCheckpointDirectory(config.checkpointDir)
  showStateDisk(metrics, config.stateDir)
  const deps = await connect(boot)
  const { admin, kafka, producer, sink, names, generation } = deps
  // Where nothing was ever migrated, the first start of the profiles service does.
  await awaitTables(boot, deps.clickhouse)
  // A generation that is being built gets its definition from whoever builds it.
  if (!generation.building)
    await patiently(boot, 'first deployment', async () => deployFirst(boot, deps))
  const described = await admin.describeTopics([names.reads.links])
  const keeper = await lifecycle.use(
    'checkpoints',
    async () => Promise.resolve(stateKeeperOf(config, boot)),
    async (one) => one.close(),
  )
  const cluster = await admin.clusterId()
  const watch = await openStages(boot, { service: 'identity', admin, groupOf: () => null })
  const counters = await countersOf(boot, deps)
  const identity = await lifecycle.use(
    'linker',
    async () =>
      Promise.resolve(
        createIdentity({
          settings: {
            generation: generation.number,
            partitions: generation.partitions,
            stateDir: config.stateDir,
            hotMax: config.hotMax,
            rewriteAfterMs: config.rewriteAfterMs,
            effectsPerFlushMax: config.effectsPerFlushMax,
            catchUp: { behindMin: config.behindMin, perCommitMax: config.perCommitMax },
            consumer: consumerOptionsOf(config),
          },
          topology: names,
          kafka,
          producer,
          sink,
          decisionSchemaId: deps.decisionSchemaId,
          topicId: described.get(names.reads.links)?.topicId ?? null,
          openState: createKeptState({
            keeper,
            range: async () => (await admin.offsets(names.reads.links)).get(0) ?? null,
            cluster,
            prefix: config.prefix,
            partitions: generation.partitions,
          }),
          onFlushed: counters,
          rest: async (ms) => sleep(ms),
          log,
          watch,
          ...(config.faultAt === null ? {} : { faults: faultPointsOf(config.faultAt, kill) }),
        }),
      ),
    async ({ consumer, owner }) => {
      await consumer.stop()
      await owner.close()
    },
  )
  await identity.consumer.run(watch.handler('identity', identity.owner))
  lifecycle.watch('consumer', identity.consumer.ended)
}

/** What the linker has counted, shown as metrics and written to `pipeline_health`. */
async function countersOf(
  boot: IdentityBoot,
  { sink, generation }: Dependencies,
): Promise<(meta: LinkerMeta) => void> {
  const show = createLinkerMetrics(boot.metrics)
  const written = await openCounterRows(boot, {
    component: 'identity',
    generation: generation.number,
    sink,
  })
  return (meta) => {
    show(meta)
    const profiles = Array.from(
      profilesByClass(meta.sizes),
      ([identifiers, count]) => [`profiles of ${identifiers} identifiers`, count] as const,
    )
    const counters = { ...meta.counters, ...Object.fromEntries(profiles) }
    written.put(0, { ...meta, nextIndex: 0, counters })
  }
}

async function connect(boot: IdentityBoot): Promise<Dependencies> {
  const { config, log, lifecycle } = boot
  const { kafka, admin, joined } = await connectKafka(boot, {
    service: 'identity',
    role: 'owner',
    pinned: config.generation,
    prepareTopics: async (asked, { number, partitions }) =>
      requireTopics(
        asked,
        topicsUsed,
        { prefix: config.prefix, generation: number, profileLogPartitions: partitions },
        log,
      ),
  })
  const { generation } = joined
  const names = topology(config.prefix, generation.number)
  const removed = await removeReplacedStates(join(config.stateDir, 'identity'), joined)
  if (removed.length > 0) log.info({ removed }, 'states of replaced generations were removed')
  const schemaIds = await patiently(boot, 'registry', async () =>
    registerAll(registryOf(config), { prefix: config.prefix, withSources: false }),
  )
  const decisionSchemaId = schemaIds.get('identity.decisions')
  if (decisionSchemaId === undefined)
    throw new TributaryError('TRB_INTERNAL', 'identity.decisions has no schema')
  const { clickhouse, sink } = await connectTables(boot, generation)
  const producer = await lifecycle.use(
    'producer',
    async () => patiently(boot, 'kafka producer', async () => kafka.producer()),
    async (part) => part.close(),
  )
  return { kafka, admin, producer, clickhouse, sink, decisionSchemaId, names, generation }
}

async function deployFirst(
  { config, log, clock }: IdentityBoot,
  { kafka, producer, clickhouse, names, generation }: Dependencies,
): Promise<void> {
  const deployed = await deployOnFirstStart(
    {
      producer,
      reader: kafka.reader(),
      topics: {
        definitions: names.writes.definitions,
        profileLog: names.writes.profileLog,
        identityLinks: names.writes.links,
      },
      generation: generation.number,
      partitions: generation.partitions,
      migrateColumns: async (definition) => migrateColumns(clickhouse, definition),
    },
    { file: config.pipelineFile, at: epochMs(clock.now()), nonce: randomUUID() },
  )
  if (deployed !== null) log.info({ version: deployed }, 'deployed the pipeline file')
}
