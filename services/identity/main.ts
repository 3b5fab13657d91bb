import { randomUUID } from 'node:crypto'
import { stateKeeperOf } from '#runtime/checkpoint/index.ts'
import { bootService } from '#runtime/boot/service.ts'
import { checkTopics } from '#runtime/boot/topics.ts'
import { createClickHouse, createRowSink, migrateColumns } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import { createRegistryClient, registerAll } from '#runtime/registry/index.ts'
import { identityConfig } from './config.ts'
import { createIdentity } from './pipeline.ts'
import { faultPointsOf } from '#runtime/lifecycle/index.ts'
import { deployOnFirstStart } from './shell/first-deploy.ts'
import { createKeptState } from './shell/kept-state.ts'
import { createLinkerMetrics } from './shell/metrics.ts'
import { topicsUsed, topology } from './topology.ts'

const generation = 0

await bootService({ service: 'identity', config: identityConfig, process }, async (boot) => {
  const { config, log, health, metrics, lifecycle } = boot
  const wiring = topology(config.prefix, generation)
  const clickhouse = await lifecycle.use(
    'clickhouse',
    async () =>
      createClickHouse({
        url: config.clickhouseUrl,
        database: config.clickhouseDatabase,
        username: config.clickhouseUser,
        password: config.clickhousePassword,
      }),
    async (client) => client.close(),
  )
  const sink = await lifecycle.use(
    'rows',
    async () =>
      createRowSink(clickhouse, {
        onTrouble: (table, trouble) =>
          health.report(`clickhouse ${table}`, trouble === null ? null : trouble.error.message),
      }),
    async (rows) => rows.close(),
  )
  const kafka = await lifecycle.use(
    'kafka',
    async () =>
      createKafkajsClient(
        {
          brokers: config.kafkaBrokers,
          clientId: `${config.prefix}identity`,
          tls: config.kafkaTls,
          credentials:
            config.kafkaUsername === null || config.kafkaPassword === null
              ? null
              : { username: config.kafkaUsername, password: config.kafkaPassword },
        },
        log,
      ),
    async (client) => client.close(),
  )
  const admin = await lifecycle.use(
    'admin',
    async () => kafka.admin(),
    async (one) => one.close(),
  )
  const { prefix, partitions } = config
  await checkTopics(admin, topicsUsed, { prefix, profileLogPartitions: partitions })
  const links = (await admin.describeTopics([wiring.reads.links])).get(wiring.reads.links)
  const cluster = await admin.clusterId()
  const registry = createRegistryClient({
    url: config.registryUrl,
    credentials:
      config.registryUsername === null || config.registryPassword === null
        ? null
        : { username: config.registryUsername, password: config.registryPassword },
  })
  const schemaIds = await registerAll(registry, { prefix, withSources: false })
  const decisionSchemaId = schemaIds.get('identity.decisions')
  if (decisionSchemaId === undefined)
    throw new TributaryError('TRB_INTERNAL', 'identity.decisions has no schema')
  const producer = await lifecycle.use(
    'producer',
    async () => kafka.producer(),
    async (one) => one.close(),
  )
  const deployed = await deployOnFirstStart(
    {
      producer,
      reader: kafka.reader(),
      topics: {
        definitions: wiring.writes.definitions,
        profileLog: wiring.writes.profileLog,
        identityLinks: wiring.writes.links,
      },
      partitions,
      migrateColumns: async (definition) => migrateColumns(clickhouse, definition),
    },
    { file: config.pipelineFile, at: epochMs(Date.now()), nonce: randomUUID() },
  )
  if (deployed !== null) log.info({ version: deployed }, 'deployed the pipeline file')
  const keeper = await lifecycle.use(
    'checkpoints',
    async () => Promise.resolve(stateKeeperOf(config, boot)),
    async (one) => one.close(),
  )
  const {
    sessionTimeoutMs,
    heartbeatIntervalMs,
    fetchWaitMs,
    fetchMinBytes,
    fetchMaxBytesPerPartition,
  } = config
  const identity = await lifecycle.use(
    'linker',
    async () =>
      createIdentity({
        settings: {
          generation,
          partitions,
          stateDir: config.stateDir,
          hotMax: config.hotMax,
          effectsPerFlushMax: config.effectsPerFlushMax,
          consumer: {
            sessionTimeoutMs,
            heartbeatIntervalMs,
            fetchWaitMs,
            fetchMinBytes,
            fetchMaxBytesPerPartition,
          },
        },
        topology: wiring,
        kafka,
        producer,
        sink,
        decisionSchemaId,
        topicId: links?.topicId ?? null,
        openState: createKeptState({
          keeper,
          range: async () => (await admin.offsets(wiring.reads.links)).get(0) ?? null,
          cluster,
          prefix,
          partitions,
        }),
        onFlushed: createLinkerMetrics(metrics),
        log,
        ...(config.faultAt === null
          ? {}
          : {
              faults: faultPointsOf(config.faultAt, () => process.kill(process.pid, 'SIGKILL')),
            }),
      }),
    async ({ consumer, owner }) => {
      await consumer.stop()
      await owner.close()
    },
  )
  await identity.consumer.run(identity.owner)
  lifecycle.watch('consumer', identity.consumer.ended)
})
