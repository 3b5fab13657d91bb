import { planTopics } from '#runtime/boot/topics.ts'
import { channelSources } from '#runtime/channel/core/settings.ts'
import { matchTopics } from '#runtime/channel/shell/channel-topology.ts'
import { latestDefinition } from '#runtime/definition/deploy/definition-log.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { asError } from '#runtime/errors/index.ts'
import { offset } from '#runtime/event/ids.ts'
import { channels } from '#runtime/event/vocabulary.ts'
import type { Admin, KafkaClient } from '#runtime/kafka/ports.ts'
import { groupName, topicName } from '#schemas/topics.ts'
import type {
  ClockFact,
  DefinitionFacts,
  GenerationFacts,
  KafkaFacts,
  SourceTopicsFact,
  TopicFacts,
} from './facts.ts'
import type { Fact, Unread } from './finding.ts'
import { readFact } from './read-fact.ts'
import { servingGeneration } from '../shell/serving-generation.ts'
import { readStages } from './read-stages.ts'

export interface KafkaSettings {
  readonly prefix: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly timeoutMs: number
  readonly now: () => Date
}

/** Looks at Kafka without taking part: no group is joined, nothing is written. */
export async function readKafka(kafka: KafkaClient, settings: KafkaSettings): Promise<KafkaFacts> {
  const { timeoutMs } = settings
  const connecting = kafka.admin()
  const connected = await readFact('Kafka', timeoutMs, async () => connecting)
  if (!connected.read) {
    // Whoever connects after all has nobody left to talk to.
    void connecting.then(async (admin) => admin.close()).catch(() => undefined)
    return unreadKafka(connected)
  }
  const admin = connected.value
  try {
    return await readConnected(kafka, admin, settings)
  } finally {
    await readFact('closing', timeoutMs, async () => admin.close())
  }
}

export const unreadKafka = (fact: Unread): KafkaFacts => ({
  cluster: fact,
  topics: fact,
  sourceTopics: fact,
  definition: fact,
  generation: fact,
  stages: [],
  members: fact,
  clock: fact,
})

interface ServedSettings extends KafkaSettings {
  readonly generation: number
}

async function readConnected(
  kafka: KafkaClient,
  admin: Admin,
  asked: KafkaSettings,
): Promise<KafkaFacts> {
  const { prefix, timeoutMs } = asked
  const serving = await readFact('the generation that serves', timeoutMs, async () =>
    servingGeneration(kafka, admin, asked),
  )
  const settings: ServedSettings = serving.read
    ? { ...asked, generation: serving.value.generation, partitions: serving.value.partitions }
    : { ...asked, generation: 0 }
  const fact = async <T>(what: string, work: () => Promise<T>): Promise<Fact<T>> =>
    readFact(what, timeoutMs, work)
  const [cluster, existing, topics, definition, clock] = await Promise.all([
    fact('Kafka', async () => ({
      clusterId: await admin.clusterId(),
      metadataVersion: await admin.metadataVersion(),
    })),
    fact('the list of topics', async () => admin.listTopics()),
    fact('settings of topics', async () => readTopics(admin, settings)),
    fact('the deployed pipeline file', async () => readDefinition(kafka, admin, settings)),
    fact('the newest record', async () => readClock(admin, settings)),
  ])
  const sourceTopics: Fact<readonly SourceTopicsFact[]> = !existing.read
    ? existing
    : definition.read
      ? await fact('source topics', async () =>
          readSourceTopics(admin, definition.value, existing.value, prefix),
        )
      : definition
  const stages = existing.read
    ? await readStages(
        admin,
        { existing: existing.value, sources: sourceTopics.read ? sourceTopics.value : [] },
        settings,
      )
    : []
  const groups = [...new Set(stages.map(({ group }) => group))]
  const members = existing.read
    ? await fact('members of groups', async () => admin.members(groups))
    : existing
  const generation: Fact<GenerationFacts> = serving.read
    ? await fact('members of the rebuild', async () => {
        const group = groupName(prefix, 'rebuild')
        const rebuilding = (await admin.members([group])).get(group) ?? 0
        return { record: serving.value.record, rebuilding: rebuilding > 0 }
      })
    : serving
  return { cluster, topics, sourceTopics, definition, generation, stages, members, clock }
}

/** Source topics are the company's: whether they are there is asked of the pipeline file, not of our list. */
async function readTopics(
  admin: Admin,
  { generation, partitions, prefix, replicationFactor }: ServedSettings,
): Promise<TopicFacts> {
  const plan = await planTopics(admin, {
    prefix,
    replicationFactor,
    generation,
    profileLogPartitions: partitions,
    sourcePartitions: partitions,
    withSources: false,
  })
  const missing = new Set(plan.create.map(({ topic }) => topic))
  const log = topicName(prefix, 'profile.log', generation)
  const limits = missing.has(log) ? new Map() : await admin.topicConfig(log, ['retention.bytes'])
  return { plan, cutBySize: (limits.get('retention.bytes') ?? '-1') === '-1' ? [] : [log] }
}

async function readDefinition(
  kafka: KafkaClient,
  admin: Admin,
  { generation, prefix }: ServedSettings,
): Promise<DefinitionFacts> {
  const definitions = topicName(prefix, 'pipeline.definitions')
  const stored = await latestDefinition(kafka.reader(), definitions, generation)
  const ranges = await admin.offsets(topicName(prefix, 'profile.log', generation))
  const undefinedPartitions = [...ranges]
    .filter(([, { high }]) => high === 0)
    .map(([partition]) => partition)
    .toSorted((a, b) => a - b)
  if (stored === null) return { stored, compiled: null, fault: null, undefinedPartitions }
  try {
    const compiled = loadDefinition(stored.content, stored.version)
    return { stored, compiled, fault: null, undefinedPartitions }
  } catch (error) {
    return { stored, compiled: null, fault: asError(error).message, undefinedPartitions }
  }
}

async function readSourceTopics(
  admin: Admin,
  { compiled }: DefinitionFacts,
  existing: readonly string[],
  prefix: string,
): Promise<readonly SourceTopicsFact[]> {
  if (compiled === null) return []
  return Promise.all(
    channels.map(async (channel) => {
      const named = channelSources(compiled.definition, channel).flatMap(({ topics }) => topics)
      const { found, missing } = matchTopics(existing, named, prefix)
      const settings = found.map(async (topic) => {
        const config = await admin.topicConfig(topic, ['message.timestamp.type'])
        return { topic, timestamps: config.get('message.timestamp.type') ?? null }
      })
      return { channel, found: await Promise.all(settings), missing }
    }),
  )
}

/**
 * The brokers' clock, as the newest record of profile.log shows it. Such a record may be of any age, so it only tells of a clock that
 * is ahead: to learn more, somebody would have to write.
 */
async function readClock(
  admin: Admin,
  { generation, now, prefix }: Pick<ServedSettings, 'generation' | 'now' | 'prefix'>,
): Promise<ClockFact | null> {
  const topic = topicName(prefix, 'profile.log', generation)
  const ranges = await admin.offsets(topic)
  const last = [...ranges]
    .filter(([, { low, high }]) => high > low)
    .map(([partition, { high }]) => [partition, offset(high - 1)] as const)
  const newest = [...(await admin.peek(topic, new Map(last))).values()].flat()
  const afterMs = now().getTime()
  const theirsMs = Math.max(...newest.map(({ timestamp }) => timestamp))
  return newest.length === 0 || theirsMs <= afterMs
    ? null
    : { whose: 'Kafka', theirsMs, beforeMs: afterMs, afterMs, resolutionMs: 1 }
}
