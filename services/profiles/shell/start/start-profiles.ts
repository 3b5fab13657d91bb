import { checkCheckpointDirectory, stateKeeperOf } from '#runtime/checkpoint/index.ts'
import {
  awaitTables,
  type Boot,
  connectKafka,
  connectTables,
  consumerOptionsOf,
  openCounterRows,
  patiently,
  prepareTopics,
  registryOf,
  reportPartitions,
} from '#runtime/boot/index.ts'
import type { ClickHouse, RowSink } from '#runtime/clickhouse/index.ts'
import { asError } from '#runtime/errors/index.ts'
import { type OwnGeneration, removeReplacedStates } from '#runtime/generation/index.ts'
import { loadMasterKeys } from '#runtime/keys/data-keys/index.ts'
import { createSealer, keysOf, loadKeyRing, readServingKey } from '#runtime/keys/index.ts'
import type { Admin, KafkaClient, Producer } from '#runtime/kafka/ports.ts'
import { registerAll, type SchemaIds } from '#runtime/registry/index.ts'
import { openStages, type StageWatch } from '#runtime/stages/index.ts'
import { makeStateDirectory, showStateDisk } from '#runtime/state/index.ts'
import type { TopicName } from '#schemas/topics.ts'
import type { ProfilesConfig } from '../../config.ts'
import type { PartitionMeta } from '../../core/state.ts'
import { createProfiles } from '../../pipeline.ts'
import { type Topology, topology } from '../../topology.ts'
import { createDeadLetterSink } from '../dead-letters/dead-letter-sink.ts'
import { followedDefinitions } from '../definitions.ts'
import { gatherMs } from '../owner/store-pace.ts'
import { faultPointsOf } from '#runtime/lifecycle/index.ts'
import { createKeptStates } from '../state/kept-state.ts'
import { openKept } from './open-kept.ts'
import { deployFirst } from './first-deployment.ts'
import { createPartitionMetrics, showStoppedPartitions } from '../metrics.ts'

type ProfilesBoot = Boot<ProfilesConfig>

const used: readonly TopicName[] = [
  'profile.log',
  'identity.links',
  'identity.suppressions',
  'identity.expiries',
  'pipeline.definitions',
  'pipeline.generations',
  'pipeline.keys',
  'privacy.keys',
  'profile.segments',
  'deadletter',
]

interface Dependencies {
  readonly kafka: KafkaClient
  readonly admin: Admin
  readonly producer: Producer
  readonly clickhouse: ClickHouse
  readonly sink: RowSink
  readonly schemaIds: SchemaIds
  readonly names: Topology
  readonly generation: OwnGeneration
}

/** Wires the service and lets it run; every part is stopped in reverse by the boot's lifecycle. */
export async function startProfiles(boot: ProfilesBoot, kill: () => void): Promise<void> {
  const { config, log, lifecycle, clock, metrics } = boot
  makeStateDirectory(config.stateDir)
  checkCheckpointDirectory(config.checkpointDir)
  showStateDisk(metrics, config.stateDir)
  const ring = loadKeyRing(config)
  const deps = await connect(boot)
  const { kafka, admin, producer, sink, schemaIds, names, generation } = deps
  const { key } = await patiently(boot, 'installation key', async () =>
    readServingKey(
      { admin, reader: kafka.reader(), topic: names.reads.keys },
      ring,
      generation.number,
    ),
  )
  // A generation that is being built gets its definition from whoever builds it.
  if (!generation.building)
    await patiently(boot, 'first deployment', async () =>
      deployFirst({
        ...deps,
        reader: kafka.reader(),
        topology: names,
        pipelineFile: config.pipelineFile,
        log,
      }),
    )
  await awaitTables(boot, deps.clickhouse)
  const definitions = await lifecycle.use(
    'definitions',
    async () =>
      followedDefinitions(kafka.reader(), names.reads.definitions, (error) =>
        lifecycle.fail(asError(error)),
      ),
    async (part) => part.stop(),
  )
  const described = await admin.describeTopics([names.reads.profileLog])
  const keeper = await lifecycle.use(
    'checkpoints',
    async () => Promise.resolve(stateKeeperOf(config, boot)),
    async (part) => part.close(),
  )
  const watch = await openStages(boot, {
    service: 'profiles',
    admin,
    groupOf: (topic) =>
      topic === names.reads.deadLetter ? names.groups.deadLetters : names.groups.profiles,
  })
  const kept = await openKept(boot, {
    reader: kafka.reader(),
    topic: names.reads.dataKeys,
    masters: loadMasterKeys(config, [key, ...keysOf(ring)]),
    definitions,
  })
  const sealer = createSealer({ key, purpose: 'dead-letter' })
  const profiles = createProfiles({
    settings: {
      generation: generation.number,
      partitions: generation.partitions,
      stateDir: config.stateDir,
      hotMax: config.hotMax,
      rewriteAfterMs: config.rewriteAfterMs,
      storeIntervalMs: config.storeIntervalMs,
      notify: config.notify,
      consumer: consumerOptionsOf(config),
    },
    topology: names,
    kafka,
    producer,
    sink,
    definitions,
    schemaIds: {
      segmentTransition: schemaIds.get('profile.segments') ?? 0,
      deadLetter: schemaIds.get('deadletter') ?? 0,
    },
    kept,
    seal: (bytes) => sealer.seal(bytes, clock.now()),
    topicId: described.get(names.reads.profileLog)?.topicId ?? null,
    openState: createKeptStates({
      keeper,
      admin,
      cluster: await admin.clusterId(),
      prefix: config.prefix,
    }),
    log,
    fail: (error) => lifecycle.fail(error),
    onDurable: await countersOf(boot, deps),
    watch,
    faults: faultPointsOf(config.faultAt, kill),
  })
  reportPartitions(boot.health, () =>
    profiles.owners
      .stopped()
      .map(({ partition, error }) => ({ what: `${partition}: ${error.message}`, error })),
  )
  await lifecycle.use(
    'partition metrics',
    async () =>
      Promise.resolve(
        showStoppedPartitions(metrics, names.reads.profileLog, () => profiles.owners.stopped()),
      ),
    async (hide) => Promise.resolve(hide()),
  )
  await lifecycle.use(
    'partitions',
    async () => Promise.resolve(profiles.owners),
    async (owners) => owners.closeAll(),
  )
  await lifecycle.use(
    'consumer',
    async () => profiles.consumer.run(watch.handler('profiles', profiles.owners)),
    async () => profiles.consumer.stop(),
  )
  lifecycle.watch('consumer', profiles.consumer.ended)
  if (!generation.building) await startDeadLetters(boot, deps, watch)
}

/** The counters of each partition, shown as metrics and written to `pipeline_health`. */
async function countersOf(
  boot: ProfilesBoot,
  { sink, generation }: Dependencies,
): Promise<(partition: number, meta: PartitionMeta) => void> {
  const show = createPartitionMetrics(boot.metrics)
  const written = await openCounterRows(boot, {
    component: 'profiles',
    generation: generation.number,
    sink,
  })
  return (partition, meta) => {
    show(partition, meta)
    written.put(partition, { ...meta, counters: { ...meta.counters } })
  }
}

async function startDeadLetters(
  { config, log, lifecycle }: ProfilesBoot,
  { kafka, sink, names }: Dependencies,
  watch: StageWatch,
): Promise<void> {
  const consumer = kafka.consumer({
    ...consumerOptionsOf(config),
    groupId: names.groups.deadLetters,
    topics: [names.reads.deadLetter],
  })
  await lifecycle.use(
    'dead letters',
    async () => consumer.run(watch.handler('dead-letters', createDeadLetterSink(sink, log, watch))),
    async () => consumer.stop(),
  )
  lifecycle.watch('dead letters', consumer.ended)
}

async function connect(boot: ProfilesBoot): Promise<Dependencies> {
  const { config, log, lifecycle } = boot
  const { kafka, admin, joined } = await connectKafka(boot, {
    service: 'profiles',
    role: 'owner',
    pinned: config.generation,
    prepareTopics: async (asked, generation) => prepareTopics(asked, config, generation, used, log),
  })
  const { generation } = joined
  const names = topology(config.prefix, generation.number)
  const removed = await removeReplacedStates(config.stateDir, joined)
  if (removed.length > 0) log.info({ removed }, 'states of replaced generations were removed')
  const schemaIds = await patiently(boot, 'registry', async () =>
    registerAll(registryOf(config), {
      prefix: config.prefix,
      withSources: config.mode === 'local',
    }),
  )
  const { clickhouse, sink } = await connectTables(boot, generation, {
    gatherMs: gatherMs(config.storeIntervalMs),
  })
  const producer = await lifecycle.use(
    'producer',
    async () => patiently(boot, 'kafka producer', async () => kafka.producer()),
    async (part) => part.close(),
  )
  log.debug({ topics: names.reads }, 'connected')
  return { kafka, admin, producer, clickhouse, sink, schemaIds, names, generation }
}
