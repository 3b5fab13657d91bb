import {
  generationTopics,
  type PartitionSettings,
  partitionsOf,
  type TopicName,
  topicName,
  topicNames,
  topicSettings,
  topicSpec,
} from '#schemas/topics.ts'
import { TributaryError } from '../errors/index.ts'
import type { Admin, NewTopic } from '../kafka/ports.ts'
import type { Logger } from '../telemetry/index.ts'
import { checkTopicSettings, differingSettings, type TopicDifference } from './topic-settings.ts'

export interface TopicPlanOptions extends PartitionSettings {
  readonly prefix: string
  readonly replicationFactor: number
  /** Whose profile.log and links are meant: the others are none of its business. */
  readonly generation: number
  /** Only local mode creates the company's source topics. */
  readonly withSources: boolean
}

export interface TopicPlan {
  readonly create: readonly NewTopic[]
  /** Settings that `apply` changes. */
  readonly change: readonly TopicDifference[]
  /** What cannot be changed in place. */
  readonly conflicts: readonly TopicDifference[]
}

/** Compares the declared topics with those of the cluster. Source topics are only ever looked at outside local mode. */
export async function planTopics(admin: Admin, options: TopicPlanOptions): Promise<TopicPlan> {
  const ours = topicNames.filter((name) => options.withSources || topicSpec(name).role !== 'source')
  const { prefix, generation } = options
  const described = await admin.describeTopics(
    ours.map((name) => topicName(prefix, name, generation)),
  )
  const create: NewTopic[] = []
  const present: TopicName[] = []
  const conflicts: TopicDifference[] = []
  for (const name of ours) {
    const topic = topicName(prefix, name, generation)
    const spec = topicSpec(name)
    const partitions = partitionsOf(spec, options)
    const found = described.get(topic)
    if (found === undefined) {
      const { replicationFactor } = options
      create.push({ topic, partitions, replicationFactor, config: topicSettings(spec) })
      continue
    }
    if (found.partitions !== partitions && isFixed(name)) {
      const [want, have] = [String(partitions), String(found.partitions)]
      conflicts.push({ topic, setting: 'partitions', want, have })
    }
    if (spec.role !== 'source') present.push(name)
  }
  const change = await differingSettings(admin, present, options)
  return { create, change, conflicts }
}

/**
 * Whether another count than the declared one is wrong: routing reckons with that of profile.log. In a topic of one partition everything is in the first,
 * however many a platform's default has made of it; what channels read has as many as it was made with, whatever a rebuild gave to profile.log since.
 */
const isFixed = (name: TopicName): boolean =>
  topicSpec(name).partitions === 'profile.log' && generationTopics.includes(name)

/**
 * Creates what is missing and changes settings.
 * @throws TributaryError TRB_TOPIC_MISMATCH, before anything is changed, when a partition count differs.
 */
export async function applyTopics(admin: Admin, plan: TopicPlan): Promise<void> {
  const [conflict] = plan.conflicts
  if (conflict !== undefined) throw mismatch(conflict)
  if (plan.create.length > 0) await admin.createTopics(plan.create)
  const byTopic = Map.groupBy(plan.change, ({ topic }) => topic)
  for (const [topic, changes] of byTopic) {
    const config = Object.fromEntries(changes.map(({ setting, want }) => [setting, want]))
    await admin.setTopicConfig(topic, config)
  }
}

const mismatch = ({ topic, setting, want, have }: TopicDifference): TributaryError =>
  new TributaryError(
    'TRB_TOPIC_MISMATCH',
    `${topic}: ${setting} is ${have}, configured is ${want}`,
    {
      context: { topic, setting, want, have },
    },
  )

/** Of source topics that local mode creates. */
const sourcePartitions = 4

/** What a service does about topics at its start: local mode creates them, every mode checks those that it uses. */
export async function prepareTopics(
  admin: Admin,
  config: {
    readonly mode: 'local' | 'production'
    readonly prefix: string
    readonly replicationFactor: number
  },
  generation: { readonly number: number; readonly partitions: number },
  used: readonly TopicName[],
  log: Logger,
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
  await requireTopics(admin, used, options, log)
}

type CheckOptions = Pick<TopicPlanOptions, 'prefix' | 'profileLogPartitions' | 'generation'>

/** What a service that creates no topics does about them at its start. @throws As checkTopics and checkTopicSettings. */
export async function requireTopics(
  admin: Admin,
  used: readonly TopicName[],
  options: CheckOptions,
  log: Logger,
): Promise<void> {
  await checkTopics(admin, used, options)
  await checkTopicSettings(admin, used, options, log)
}

/**
 * Whether the topics that a service uses are there, and profile.log has the partitions that routing reckons with.
 * @throws TributaryError TRB_TOPIC_MISSING or TRB_TOPIC_MISMATCH.
 */
export async function checkTopics(
  admin: Admin,
  used: readonly TopicName[],
  options: CheckOptions,
): Promise<void> {
  const { prefix, generation } = options
  const names = used.map((name) => topicName(prefix, name, generation))
  const described = await admin.describeTopics(names)
  const missing = names.filter((topic) => !described.has(topic))
  if (missing.length > 0) {
    throw new TributaryError('TRB_TOPIC_MISSING', `there is no ${missing.join(', no ')}`)
  }
  const log = described.get(topicName(prefix, 'profile.log', generation))
  if (log === undefined || log.partitions === options.profileLogPartitions) return
  const [want, have] = [String(options.profileLogPartitions), String(log.partitions)]
  throw mismatch({ topic: log.topic, setting: 'partitions', want, have })
}
