import {
  applyTopics,
  type Boot,
  checkTopics,
  decoderOf,
  joinGenerationOf,
  kafkaOf,
  planTopics,
  registryOf,
  watchGenerationOf,
} from '../../boot/index.ts'
import { checkDefined } from '../../definition/deploy/defined.ts'
import type { Channel } from '../../event/vocabulary.ts'
import type { OwnGeneration } from '../../generation/index.ts'
import { createSealer, loadInstallationKey } from '../../keys/index.ts'
import type { Admin } from '../../kafka/ports.ts'
import { waitFor } from '../../lifecycle/index.ts'
import { createPseudonymiser } from '../../pseudonym/pseudonym.ts'
import { registerAll } from '../../registry/index.ts'
import { openStages } from '../../stages/index.ts'
import { defaultLimits } from '../core/limits.ts'
import { channelSources } from '../core/settings.ts'
import type { Vendor } from '../core/source.ts'
import { type ChannelConfig, createFault } from './channel-config.ts'
import { createChannelHandler } from './channel-handler.ts'
import { createChannelMetrics } from './channel-metrics.ts'
import { type ChannelTopology, entryOf, matchTopics } from './channel-topology.ts'
import { openDefinitions } from './followed-definitions.ts'
import { createRecordProcessor } from './process-record.ts'
import { createRecordDecoder } from './registry-decoder.ts'
import { runConsumer } from './run-consumer.ts'
import { createDeadLetterEncoder } from './sealed-dead-letters.ts'
import { openSuppressions } from './suppressions.ts'
import { timedDecoder } from './timed-decoder.ts'

/** What tells one channel service from another. */
export interface ChannelService {
  readonly channel: Channel
  readonly vendors: readonly Vendor[]
  topology(prefix: string, generation: number): ChannelTopology
}

/** Of source topics that local mode creates. */
const sourcePartitions = 4

async function prepareTopics(
  admin: Admin,
  config: ChannelConfig,
  topology: ChannelTopology,
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
  await checkTopics(admin, topology.uses, options)
}

/** Wires a channel service and lets it run: every part is stopped in reverse by the boot's lifecycle. */
export async function startChannel(
  boot: Boot<ChannelConfig>,
  service: ChannelService,
  kill: () => void,
): Promise<void> {
  const { config, log, health, clock, lifecycle } = boot
  const { channel, vendors } = service
  const patience = { log, clock, health, signal: lifecycle.signal }
  const key = loadInstallationKey(config)
  const metrics = createChannelMetrics(boot.metrics)

  const kafka = await lifecycle.use(
    'kafka',
    async () => Promise.resolve(kafkaOf(config, channel, boot)),
    async (client) => client.close(),
  )
  const admin = await lifecycle.use(
    'admin',
    async () => waitFor(async () => kafka.admin(), { name: 'kafka', ...patience }),
    async (part) => part.close(),
  )
  const following = { kafka, admin, role: 'channel', pinned: null } as const
  const joined = await joinGenerationOf(boot, following)
  const { generation } = joined
  const topology = service.topology(config.prefix, generation.number)
  await waitFor(async () => prepareTopics(admin, config, topology, generation), {
    name: 'topics',
    ...patience,
  })
  await watchGenerationOf(boot, following, joined)
  const registry = registryOf(config)
  const schemaIds = await waitFor(
    async () =>
      registerAll(registry, { prefix: config.prefix, withSources: config.mode === 'local' }),
    { name: 'registry', ...patience },
  )
  const definitions = await lifecycle.use(
    'definitions',
    async () =>
      waitFor(
        async () => openDefinitions(kafka.reader(), topology.reads.definitions, generation.number),
        {
          name: 'definition',
          ...patience,
        },
      ),
    async (part) => part.stop(),
  )
  lifecycle.watch('definitions', definitions.ended)
  // A partition's first message is a Define: nothing may be sent before every partition has one.
  await waitFor(async () => checkDefined(admin, topology.writes.profileLog), {
    name: 'definition',
    ...patience,
  })
  const suppressions = await lifecycle.use(
    'suppressions',
    async () =>
      waitFor(
        async () =>
          openSuppressions(kafka.reader(), topology.reads.suppressions, config.suppressionsMax),
        { name: 'suppressions', ...patience },
      ),
    async (part) => part.stop(),
  )
  lifecycle.watch('suppressions', suppressions.ended)
  const producer = await lifecycle.use(
    'producer',
    async () => waitFor(async () => kafka.producer(), { name: 'kafka producer', ...patience }),
    async (part) => part.close(),
  )
  const watch = await openStages(boot, { service: channel, admin, groupOf: () => topology.group })
  const timed = timedDecoder(createRecordDecoder(decoderOf(config, registry, clock)))
  const decoder = watch.traced ? timed.decoder : timed.plain

  const existingTopics = async (): Promise<readonly string[]> => {
    const named = channelSources(definitions.latest().definition, channel).flatMap(
      ({ topics }) => topics,
    )
    const { found, missing } = matchTopics(await admin.listTopics(), named, config.prefix)
    if (missing.length > 0) log.debug({ missing }, 'topics of the pipeline file that do not exist')
    return [...found, topology.reads.import, topology.reads.replay]
  }
  const handler = createChannelHandler({
    rules: {
      channel,
      vendors,
      limits: defaultLimits,
      pseudonymiser: createPseudonymiser(key.bytes),
      partitions: generation.partitions,
      suppressed: suppressions.suppressed,
      prefix: config.prefix,
      tally: metrics,
    },
    definitions,
    producer,
    decoder,
    processor: createRecordProcessor({
      decoder,
      limits: defaultLimits,
      metrics,
      deadLetters: createDeadLetterEncoder({
        sealer: createSealer({ key, purpose: 'dead-letter' }),
        schemaId: schemaIds.get('deadletter') ?? 0,
        now: () => clock.now(),
      }),
    }),
    topics: topology.writes,
    entryOf: (topic) => entryOf(topic, topology),
    topicIds: async (topics) =>
      waitFor(
        async () =>
          new Map(
            [...(await admin.describeTopics(topics))].map(([topic, { topicId }]) => [
              topic,
              topicId,
            ]),
          ),
        { name: 'kafka', ...patience },
      ),
    committed: async (topic) =>
      waitFor(async () => admin.committed(topology.group, topic), { name: 'kafka', ...patience }),
    ends: async (topic) =>
      waitFor(
        async () =>
          new Map(
            [...(await admin.offsets(topic))].map(([partition, { high }]) => [partition, high]),
          ),
        { name: 'kafka', ...patience },
      ),
    waitForRegistry: (at) => consuming.waitForRegistry(at),
    metrics,
    steps: (at) => watch.steps(at),
    ...(watch.traced ? { decodeSeconds: () => timed.takeSeconds() } : {}),
    log,
    fault: createFault(config.faultAt, kill),
    now: () => clock.now(),
  })
  const consuming = await lifecycle.use(
    'consumer',
    async () =>
      Promise.resolve(
        runConsumer({
          kafka,
          handler: watch.handler(channel, handler),
          clock,
          log,
          topics: async () => waitFor(existingTopics, { name: 'kafka', ...patience }),
          options: {
            groupId: topology.group,
            sessionTimeoutMs: config.sessionTimeoutMs,
            heartbeatIntervalMs: config.heartbeatIntervalMs,
            fetchWaitMs: config.fetchWaitMs,
            fetchMinBytes: config.fetchMinBytes,
            fetchMaxBytesPerPartition: config.fetchMaxBytesPerPartition,
          },
          waiting({ topic, partition }, waits) {
            metrics.waiting(topic, partition, waits ? 'registry' : null)
            const check = `schemas of ${topic}/${partition}`
            if (waits)
              health.report(
                check,
                'the registry does not answer, or may not know all of its schemas yet',
              )
            else health.forget(check)
          },
        }),
      ),
    async (part) => part.stop(),
  )
  lifecycle.watch('consumer', consuming.ended)
}
