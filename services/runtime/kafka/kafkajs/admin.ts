import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka, Admin as KafkajsAdmin, Logger as KafkajsLogger } from 'kafkajs'
import { offset } from '../../event/ids.ts'
import type { Admin, CommittedOffset, OffsetRange, TopicDescription } from '../ports.ts'
import { guarded, isEveryGroupUnknown, isTopicUnknown } from './errors.ts'
import { type ConnectionSettings, connectCluster } from './internals.ts'
import { lookMethods, type WithCluster } from './look.ts'
import { kafkajs } from './patched.ts'
import { createRenewedAdmin, type RenewedAdmin } from './renewed-admin.ts'
import { type ClusterIdentity, lookUpIdentity } from './topic-ids.ts'

const topicResource = kafkajs.ConfigResourceTypes.TOPIC
const requestTimeoutMs = 30_000
const visibleLooksMax = 100
const betweenLooksMs = 50
/** Kafka gives -1 for a partition without a committed offset. */
const notCommitted = -1

export async function createAdmin(
  kafka: Kafka,
  settings: ConnectionSettings,
  kafkajsLog: KafkajsLogger,
): Promise<Admin> {
  const connect = async (): Promise<KafkajsAdmin> => {
    const one = kafka.admin()
    await guarded('connecting to Kafka', async () => one.connect())
    return one
  }
  const admin = await connect()
  const renewed = createRenewedAdmin(admin, connect)

  const connected: WithCluster = async (work) => {
    const cluster = connectCluster(settings, kafkajsLog)
    try {
      await cluster.connect()
      await cluster.refreshMetadata()
      return await work(cluster)
    } finally {
      await cluster.disconnect()
    }
  }
  const identity = async (topics: readonly string[]): Promise<ClusterIdentity> =>
    connected(async (cluster) => lookUpIdentity(cluster, topics))

  return {
    ...topicMethods(admin, identity),
    ...offsetMethods(renewed),
    ...lookMethods(admin, connected),
    clusterId: async () =>
      guarded('reading the cluster id', async () => (await identity([])).clusterId),
    close: async () => renewed.close(),
  }
}

const leaderPollMs = 50
const noLeader = -1

/**
 * Waits until every partition has a leader. kafkajs' own `waitForLeaders` gives up when a busy broker does not know yet of a topic that
 * the controller has just created.
 */
async function untilLed(admin: KafkajsAdmin, topics: readonly string[]): Promise<void> {
  const deadline = performance.now() + requestTimeoutMs
  for (;;) {
    try {
      const metadata = await admin.fetchTopicMetadata({ topics: [...topics] })
      const partitions = metadata.topics.flatMap((topic) => topic.partitions)
      if (partitions.every(({ leader }) => leader !== noLeader)) return
    } catch (error) {
      if (!isTopicUnknown(error) || performance.now() > deadline) throw error
    }
    await sleep(leaderPollMs)
  }
}

type TopicMethods = Pick<
  Admin,
  | 'describeTopics'
  | 'createTopics'
  | 'listTopics'
  | 'deleteTopics'
  | 'topicConfig'
  | 'topicConfigs'
  | 'setTopicConfig'
>

function topicMethods(
  admin: KafkajsAdmin,
  identity: (topics: readonly string[]) => Promise<ClusterIdentity>,
): TopicMethods {
  const existing = async (topics: readonly string[]): Promise<readonly string[]> => {
    const all = new Set(await admin.listTopics())
    return topics.filter((topic) => all.has(topic))
  }
  const readConfigs = async (
    topics: readonly string[],
    names: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> => {
    if (topics.length === 0) return new Map()
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({ type: topicResource, name, configNames: [...names] })),
    })
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        resourceName,
        new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    )
  }
  const readConfig = async (
    topic: string,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, string>> =>
    (await readConfigs([topic], names)).get(topic) ?? new Map<string, string>()
  /** Brokers follow the controller a moment later, and the next change starts from what they say. */
  const untilVisible = async (
    topic: string,
    config: Readonly<Record<string, string>>,
  ): Promise<void> => {
    for (let look = 1; look <= visibleLooksMax; look += 1) {
      const have = await readConfig(topic, Object.keys(config))
      if (Object.entries(config).every(([name, value]) => have.get(name) === value)) return
      await sleep(betweenLooksMs)
    }
    throw new Error(`the change is not visible after ${visibleLooksMax * betweenLooksMs} ms`)
  }
  return {
    describeTopics: async (topics) =>
      guarded('describing topics', async () => {
        const found = await existing(topics)
        if (found.length === 0) return new Map<string, TopicDescription>()
        const { topics: described } = await admin.fetchTopicMetadata({ topics: [...found] })
        const { topicIds } = await identity(found)
        return new Map(
          described.map(({ name, partitions }) => [
            name,
            { topic: name, topicId: topicIds.get(name) ?? null, partitions: partitions.length },
          ]),
        )
      }),
    createTopics: async (topics) =>
      guarded(`creating topics ${topics.map(({ topic }) => topic).join(', ')}`, async () => {
        await admin.createTopics({
          waitForLeaders: false,
          timeout: requestTimeoutMs,
          topics: topics.map(({ topic, partitions, replicationFactor, config }) => ({
            topic,
            numPartitions: partitions,
            replicationFactor,
            configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
          })),
        })
        await untilLed(
          admin,
          topics.map(({ topic }) => topic),
        )
      }),
    listTopics: async () => guarded('listing topics', async () => admin.listTopics()),
    deleteTopics: async (topics) =>
      guarded('deleting topics', async () => {
        const found = await existing(topics)
        if (found.length > 0)
          await admin.deleteTopics({ topics: [...found], timeout: requestTimeoutMs })
      }),
    topicConfig: async (topic, names) =>
      guarded(`reading the settings of ${topic}`, async () => readConfig(topic, names)),
    topicConfigs: async (topics, names) =>
      guarded('reading the settings of topics', async () => readConfigs(topics, names)),
    setTopicConfig: async (topic, config) =>
      guarded(`changing the settings of ${topic}`, async () => {
        // kafkajs only has the request that replaces all settings: the ones set explicitly before are sent along.
        const { resources } = await admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: topicResource, name: topic }],
        })
        const explicit = (resources[0]?.configEntries ?? []).filter((entry) => isSetOnTopic(entry))
        const merged = new Map(
          explicit.map(({ configName, configValue }) => [configName, configValue]),
        )
        for (const [name, value] of Object.entries(config)) merged.set(name, value)
        await admin.alterConfigs({
          validateOnly: false,
          resources: [
            {
              type: topicResource,
              name: topic,
              configEntries: [...merged].map(([name, value]) => ({ name, value })),
            },
          ],
        })
        await untilVisible(topic, config)
      }),
  }
}

/** ConfigSource DYNAMIC_TOPIC_CONFIG of Kafka's protocol. */
const dynamicTopicConfig = 1
const isSetOnTopic = (entry: { readonly configSource?: number }): boolean =>
  entry.configSource === dynamicTopicConfig

type OffsetMethods = Pick<
  Admin,
  'offsets' | 'committed' | 'resetCommitted' | 'deleteRecords' | 'deleteGroups'
>

function offsetMethods({ ask }: Pick<RenewedAdmin, 'ask'>): OffsetMethods {
  const asked = async <T>(what: string, work: (admin: KafkajsAdmin) => Promise<T>): Promise<T> =>
    guarded(what, async () => ask(work))
  return {
    offsets: async (topic) =>
      asked(`reading the offsets of ${topic}`, async (admin) => {
        const ranges = await admin.fetchTopicOffsets(topic)
        return new Map<number, OffsetRange>(
          ranges.map(({ partition, low, high }) => [
            partition,
            { low: offset(Number(low)), high: offset(Number(high)) },
          ]),
        )
      }),
    committed: async (group, topic) =>
      asked(`reading the committed offsets of ${group}`, async (admin) => {
        const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
        const committed = new Map<number, CommittedOffset>()
        for (const { partition, offset: at, metadata } of found?.partitions ?? []) {
          if (Number(at) === notCommitted) continue
          committed.set(partition, {
            offset: offset(Number(at)),
            metadata: metadata === null || metadata === '' ? null : metadata,
          })
        }
        return committed
      }),
    resetCommitted: async (group, topic, offsets) =>
      asked(`resetting the offsets of ${group}`, async (admin) => {
        await admin.setOffsets({
          groupId: group,
          topic,
          partitions: [...offsets].map(([partition, at]) => ({ partition, offset: String(at) })),
        })
      }),
    deleteRecords: async (topic, before) =>
      asked(`deleting records of ${topic}`, async (admin) => {
        // kafkajs finds the leaders only of topics that it has met.
        await admin.fetchTopicOffsets(topic)
        await admin.deleteTopicRecords({
          topic,
          partitions: [...before].map(([partition, at]) => ({ partition, offset: String(at) })),
        })
      }),
    deleteGroups: async (groups) =>
      asked('deleting groups', async (admin) => {
        try {
          await admin.deleteGroups([...groups])
        } catch (error) {
          // A group that nobody ever was in, or that was deleted before, is as good as deleted.
          if (!isEveryGroupUnknown(error)) throw error
        }
      }),
  }
}
