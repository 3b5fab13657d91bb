import {
  type Boot,
  connectKafka,
  consumerOptionsOf,
  decoderOf,
  schemaFileOf,
  patiently,
  prepareTopics,
  registryOf,
  reportPartitions,
} from '../../boot/index.ts'
import { checkDefined } from '../../definition/deploy/defined.ts'
import type { Channel } from '../../event/vocabulary.ts'
import type { TopicPartition } from '../../kafka/ports.ts'
import { adoptServingKey, createRingSealer, keysOf, loadKeyRing } from '../../keys/index.ts'
import { underEarlierKeys } from '../../pseudonym/earlier-keys.ts'
import { loadMasterKeys } from '../../keys/data-keys/index.ts'
import { createPseudonymiser } from '../../pseudonym/pseudonym.ts'
import { registerAll } from '../../registry/index.ts'
import { openStages } from '../../stages/index.ts'
import { stateDirectoryFault } from '../../state/state-directory.ts'
import { defaultLimits } from '../core/limits.ts'
import { channelSources } from '../core/settings.ts'
import type { Vendor } from '../core/source.ts'
import { type ChannelConfig, createFault } from './channel-config.ts'
import { createChannelHandler } from './channel-handler.ts'
import { createChannelMetrics } from './channel-metrics.ts'
import { type ChannelTopology, entryOf } from './channel-topology.ts'
import { openDefinitions } from './followed-definitions.ts'
import { openFragmentKeys } from './open-fragment-keys.ts'
import { createRecordProcessor } from './process-record.ts'
import { createRecordDecoder } from './registry-decoder.ts'
import { runConsumer } from './run-consumer.ts'
import { createDeadLetterEncoder } from './sealed-dead-letters.ts'
import { openSuppressions } from './suppressions.ts'
import { timedDecoder } from './timed-decoder.ts'
import { createTopicLook } from './topic-look.ts'

/** What tells one channel service from another. */
export interface ChannelService {
  readonly channel: Channel
  readonly vendors: readonly Vendor[]
  topology(prefix: string, generation: number): ChannelTopology
}

/** Wires a channel service and lets it run: every part is stopped in reverse by the boot's lifecycle. */
export async function startChannel(
  boot: Boot<ChannelConfig>,
  service: ChannelService,
  kill: () => void,
): Promise<void> {
  const { config, log, health, clock, lifecycle } = boot
  const { channel, vendors } = service
  const wait = async <T>(name: string, probe: () => Promise<T>): Promise<T> =>
    patiently(boot, name, probe)
  const ring = loadKeyRing(config)
  const fault = stateDirectoryFault(config.stateDir)
  // It holds a memory alone, which may be lost.
  if (fault !== null) log.warn({}, `${fault}. Schemas are forgotten when the process ends`)
  const metrics = createChannelMetrics(boot.metrics)

  const { kafka, admin, joined } = await connectKafka(boot, {
    service: channel,
    role: 'channel',
    pinned: null,
    prepareTopics: async (asked, wanted) =>
      prepareTopics(
        asked,
        config,
        wanted,
        service.topology(config.prefix, wanted.number).uses,
        log,
      ),
  })
  const { generation } = joined
  const topology = service.topology(config.prefix, generation.number)
  const { key, retired } = await wait('installation key', async () =>
    adoptServingKey(
      { admin, reader: kafka.reader(), topic: topology.reads.keys },
      kafka,
      ring,
      generation.number,
    ),
  )
  const registry = registryOf(config)
  const schemaIds = await wait('registry', async () =>
    registerAll(registry, { prefix: config.prefix, withSources: config.mode === 'local' }),
  )
  const definitions = await lifecycle.use(
    'definitions',
    async () =>
      wait('definition', async () =>
        openDefinitions(kafka.reader(), topology.reads.definitions, generation.number),
      ),
    async (part) => part.stop(),
  )
  lifecycle.watch('definitions', definitions.ended)
  // A partition's first message is a Define: nothing may be sent before every partition has one.
  await wait('definition', async () => checkDefined(admin, topology.writes.profileLog))
  const suppressions = await lifecycle.use(
    'suppressions',
    async () =>
      wait('suppressions', async () =>
        openSuppressions(kafka.reader(), topology.reads.suppressions, config.suppressionsMax),
      ),
    async (part) => part.stop(),
  )
  lifecycle.watch('suppressions', suppressions.ended)
  const producer = await lifecycle.use(
    'producer',
    async () => wait('kafka producer', async () => kafka.producer()),
    async (part) => part.close(),
  )
  const fragmentKeys = await lifecycle.use(
    'data keys',
    async () =>
      wait('data keys', async () =>
        openFragmentKeys({
          kafka,
          producer,
          topic: topology.reads.dataKeys,
          masters: loadMasterKeys(config, [key, ...keysOf(ring)]),
          fragmentsMax: config.dataKeysMax,
          suppressed: suppressions.suppressed,
          now: () => clock.now(),
          made: () => metrics.dataKeyMade(),
        }),
      ),
    async (part) => part.stop(),
  )
  lifecycle.watch('data keys', fragmentKeys.ended)
  const watch = await openStages(boot, { service: channel, admin, groupOf: () => topology.group })
  const schemaFile = await lifecycle.use(
    'schemas',
    async () => Promise.resolve(schemaFileOf(config)),
    async (part) => part.close(),
  )
  const timed = timedDecoder(createRecordDecoder(decoderOf(registry, schemaFile)))
  const decoder = watch.traced ? timed.decoder : timed.plain

  const existingTopics = createTopicLook({
    admin,
    named: () =>
      channelSources(definitions.latest().definition, channel).flatMap(({ topics }) => topics),
    own: [topology.reads.import, topology.reads.replay],
    prefix: config.prefix,
    log,
  })
  const handler = createChannelHandler({
    rules: {
      channel,
      vendors,
      limits: defaultLimits,
      ...underEarlierKeys({
        pseudonymiser: createPseudonymiser(key.bytes),
        earlier: retired.map(({ bytes }) => createPseudonymiser(bytes)),
        suppressed: suppressions.suppressed,
      }),
      partitions: generation.partitions,
      sealing: fragmentKeys,
      prefix: config.prefix,
      tally: metrics,
    },
    definitions,
    producer,
    fragmentKeys,
    decoder,
    processor: createRecordProcessor({
      decoder,
      limits: defaultLimits,
      metrics,
      deadLetters: createDeadLetterEncoder({
        sealer: createRingSealer({ key, retired, purpose: 'dead-letter' }),
        schemaId: schemaIds.get('deadletter') ?? 0,
        now: () => clock.now(),
      }),
    }),
    topics: topology.writes,
    entryOf: (topic) => entryOf(topic, topology),
    topicIds: async (topics) =>
      wait(
        'kafka',
        async () =>
          new Map(
            [...(await admin.describeTopics(topics))].map(([topic, { topicId }]) => [
              topic,
              topicId,
            ]),
          ),
      ),
    committed: async (topic) => wait('kafka', async () => admin.committed(topology.group, topic)),
    ends: async (topic) =>
      wait(
        'kafka',
        async () =>
          new Map(
            [...(await admin.offsets(topic))].map(([partition, { high }]) => [partition, high]),
          ),
      ),
    waitForRegistry(at, why) {
      consuming.waitForRegistry(at)
      metrics.waiting(at.topic, at.partition, 'registry', true)
      health.report(schemasOf(at), `the registry gives no schema: ${why}`)
    },
    waitsNoMore(at) {
      metrics.waiting(at.topic, at.partition, 'registry', false)
      health.forget(schemasOf(at))
    },
    metrics,
    steps: (at) => watch.steps(at),
    ...(watch.traced ? { decodeSeconds: () => timed.takeSeconds() } : {}),
    log,
    fault: createFault(config.faultAt, kill),
    now: () => clock.now(),
  })
  // The message names the partition.
  reportPartitions(health, () =>
    handler.stopped().map(({ error }) => ({ what: error.message, error })),
  )
  const consuming = await lifecycle.use(
    'consumer',
    async () =>
      Promise.resolve(
        runConsumer({
          kafka,
          handler: watch.handler(channel, handler),
          clock,
          log,
          topics: async () => wait('kafka', existingTopics),
          options: {
            groupId: topology.group,
            ...consumerOptionsOf(config),
          },
        }),
      ),
    async (part) => part.stop(),
  )
  lifecycle.watch('consumer', consuming.ended)
}

const schemasOf = ({ topic, partition }: TopicPartition): string =>
  `schemas of ${topic}/${partition}`
