import { stateKeeperOf } from '#runtime/checkpoint/index.ts'
import {
  applyTopics,
  type Boot,
  checkTopics,
  joinGenerationOf,
  kafkaOf,
  planTopics,
  registryOf,
  watchGenerationOf,
} from '#runtime/boot/index.ts'
import {
  type ClickHouse,
  createClickHouse,
  createRowSink,
  type RowSink,
} from '#runtime/clickhouse/index.ts'
import { asError } from '#runtime/errors/index.ts'
import { databaseOf, type OwnGeneration, removeReplacedStates } from '#runtime/generation/index.ts'
import { createSealer, loadInstallationKey } from '#runtime/keys/index.ts'
import type { Admin, GroupConsumerOptions, KafkaClient, Producer } from '#runtime/kafka/ports.ts'
import { waitFor } from '#runtime/lifecycle/index.ts'
import { registerAll, type SchemaIds } from '#runtime/registry/index.ts'
import { openStages, type StageWatch } from '#runtime/stages/index.ts'
import type { TopicName } from '#schemas/topics.ts'
import type { ProfilesConfig } from '../../config.ts'
import { createProfiles } from '../../pipeline.ts'
import { type Topology, topology } from '../../topology.ts'
import { createDeadLetterSink } from '../dead-letters/dead-letter-sink.ts'
import { followedDefinitions } from '../definitions.ts'
import { faultPointsOf } from '#runtime/lifecycle/index.ts'
import { createKeptStates } from '../state/kept-state.ts'
import { deployFirst } from './first-deployment.ts'
import { reportPartitions } from './report-partitions.ts'

type ProfilesBoot = Boot<ProfilesConfig>

const used: readonly TopicName[] = [
  'profile.log',
  'identity.links',
  'identity.suppressions',
  'pipeline.definitions',
  'pipeline.generations',
  'profile.segments',
  'deadletter',
]
/** Of source topics that local mode creates. */
const sourcePartitions = 4

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
  const { config, log, lifecycle, clock } = boot
  const key = loadInstallationKey(config)
  const deps = await connect(boot)
  const { kafka, admin, producer, sink, schemaIds, names, generation } = deps
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
  const sealer = createSealer({ key, purpose: 'dead-letter' })
  const profiles = createProfiles({
    settings: {
      generation: generation.number,
      partitions: generation.partitions,
      stateDir: config.stateDir,
      hotMax: config.hotMax,
      notify: config.notify,
      consumer: consumerOptions(config),
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
    watch,
    faults: faultPointsOf(config.faultAt, kill),
  })
  reportPartitions(boot, profiles.owners)
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

async function startDeadLetters(
  { config, log, lifecycle }: ProfilesBoot,
  { kafka, sink, names }: Dependencies,
  watch: StageWatch,
): Promise<void> {
  const consumer = kafka.consumer({
    ...consumerOptions(config),
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

const consumerOptions = (
  config: ProfilesConfig,
): Omit<GroupConsumerOptions, 'groupId' | 'topics'> => ({
  sessionTimeoutMs: config.sessionTimeoutMs,
  heartbeatIntervalMs: config.heartbeatIntervalMs,
  fetchWaitMs: config.fetchWaitMs,
  fetchMinBytes: config.fetchMinBytes,
  fetchMaxBytesPerPartition: config.fetchMaxBytesPerPartition,
})

const patiently = async <T>(
  { log, clock, health, lifecycle }: ProfilesBoot,
  name: string,
  probe: () => Promise<T>,
): Promise<T> => waitFor(probe, { name, log, clock, health, signal: lifecycle.signal })

async function connect(boot: ProfilesBoot): Promise<Dependencies> {
  const { config, log, lifecycle, health } = boot
  const kafka = await lifecycle.use(
    'kafka',
    async () => Promise.resolve(kafkaOf(config, 'profiles', boot)),
    async (client) => client.close(),
  )
  const admin = await lifecycle.use(
    'admin',
    async () => patiently(boot, 'kafka', async () => kafka.admin()),
    async (part) => part.close(),
  )
  const following = { kafka, admin, role: 'owner', pinned: config.generation } as const
  const joined = await joinGenerationOf(boot, following)
  const { generation } = joined
  const names = topology(config.prefix, generation.number)
  await patiently(boot, 'topics', async () => prepareTopics(admin, config, generation))
  await watchGenerationOf(boot, following, joined)
  const removed = await removeReplacedStates(config.stateDir, joined)
  if (removed.length > 0) log.info({ removed }, 'states of replaced generations were removed')
  const schemaIds = await patiently(boot, 'registry', async () =>
    registerAll(registryOf(config), {
      prefix: config.prefix,
      withSources: config.mode === 'local',
    }),
  )
  const clickhouse = await lifecycle.use(
    'clickhouse',
    async () => Promise.resolve(clickhouseOf(config, generation)),
    async (client) => client.close(),
  )
  await patiently(boot, 'clickhouse', async () => clickhouse.ping())
  const producer = await lifecycle.use(
    'producer',
    async () => patiently(boot, 'kafka producer', async () => kafka.producer()),
    async (part) => part.close(),
  )
  const sink = createRowSink(clickhouse, {
    onTrouble: (table, trouble) =>
      health.report(`clickhouse ${table}`, trouble === null ? null : trouble.error.message),
  })
  // Flushes in flight wait for ClickHouse for ever; when the process ends they must not.
  lifecycle.hurry.addEventListener('abort', () => void sink.close())
  log.debug({ topics: names.reads }, 'connected')
  return { kafka, admin, producer, clickhouse, sink, schemaIds, names, generation }
}

const clickhouseOf = (config: ProfilesConfig, generation: OwnGeneration): ClickHouse =>
  createClickHouse({
    url: config.clickhouseUrl,
    database: databaseOf(config.clickhouseDatabase, generation),
    username: config.clickhouseUser,
    password: config.clickhousePassword,
  })

async function prepareTopics(
  admin: Admin,
  config: ProfilesConfig,
  generation: OwnGeneration,
): Promise<void> {
  const options = {
    prefix: config.prefix,
    generation: generation.number,
    profileLogPartitions: generation.partitions,
    sourcePartitions,
    replicationFactor: config.replicationFactor,
  }
  if (config.mode === 'local')
    await applyTopics(admin, await planTopics(admin, { ...options, withSources: true }))
  await checkTopics(admin, used, options)
}
