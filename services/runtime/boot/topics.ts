import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import {
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

export interface TopicPlanOptions extends PartitionSettings {
  readonly prefix: string
  readonly replicationFactor: number
  /** Only local mode creates the company's source topics. */
  readonly withSources: boolean
}

export interface TopicDifference {
  readonly topic: string
  /** `partitions`, or a setting of Kafka. */
  readonly setting: string
  readonly want: string
  readonly have: string
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
  const described = await admin.describeTopics(ours.map((name) => topicName(options.prefix, name)))
  const create: NewTopic[] = []
  const change: TopicDifference[] = []
  const conflicts: TopicDifference[] = []
  for (const name of ours) {
    const topic = topicName(options.prefix, name)
    const spec = topicSpec(name)
    const partitions = partitionsOf(spec, options)
    const found = described.get(topic)
    if (found === undefined) {
      const { replicationFactor } = options
      create.push({ topic, partitions, replicationFactor, config: topicSettings(spec) })
      continue
    }
    if (found.partitions !== partitions && spec.role !== 'source') {
      const [want, have] = [String(partitions), String(found.partitions)]
      conflicts.push({ topic, setting: 'partitions', want, have })
    }
    if (spec.role !== 'source')
      change.push(...(await differences(admin, topic, topicSettings(spec))))
  }
  return { create, change, conflicts }
}

async function differences(
  admin: Admin,
  topic: string,
  want: Readonly<Record<string, string>>,
): Promise<readonly TopicDifference[]> {
  const have = await admin.topicConfig(topic, Object.keys(want))
  return Object.entries(want).flatMap(([setting, value]) => {
    const current = have.get(setting)
    return current === value ? [] : [{ topic, setting, want: value, have: current ?? '' }]
  })
}

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

/**
 * Whether the topics that a service uses are there, and profile.log has the partitions that routing reckons with.
 * @throws TributaryError TRB_TOPIC_MISSING or TRB_TOPIC_MISMATCH.
 */
export async function checkTopics(
  admin: Admin,
  used: readonly TopicName[],
  options: Pick<TopicPlanOptions, 'prefix' | 'profileLogPartitions'>,
): Promise<void> {
  const names = used.map((name) => topicName(options.prefix, name))
  const described = await admin.describeTopics(names)
  const missing = names.filter((topic) => !described.has(topic))
  if (missing.length > 0) {
    throw new TributaryError('TRB_TOPIC_MISSING', `there is no ${missing.join(', no ')}`)
  }
  const log = described.get(topicName(options.prefix, 'profile.log'))
  if (log === undefined || log.partitions === options.profileLogPartitions) return
  const [want, have] = [String(options.profileLogPartitions), String(log.partitions)]
  throw mismatch({ topic: log.topic, setting: 'partitions', want, have })
}

/** What a process knew of profile.log when it first met it: a topic made anew or widened must not pass for the same log. */
const recordSchema = z.object({
  format: z.literal(1),
  topic: z.string(),
  topicId: z.string().nullable(),
  partitions: z.int(),
})

/**
 * Records profile.log's identity beside the state at the first start and compares at every later one.
 * @throws TributaryError TRB_TOPIC_MISSING or TRB_TOPIC_MISMATCH.
 */
export async function checkProfileLogIdentity(
  admin: Admin,
  options: { readonly prefix: string; readonly recordFile: string },
): Promise<void> {
  const topic = topicName(options.prefix, 'profile.log')
  const found = (await admin.describeTopics([topic])).get(topic)
  if (found === undefined) throw new TributaryError('TRB_TOPIC_MISSING', `there is no ${topic}`)
  const { topicId, partitions } = found
  const known = readRecord(options.recordFile)
  if (known === undefined) {
    mkdirSync(dirname(options.recordFile), { recursive: true })
    const temporary = `${options.recordFile}.new`
    writeFileSync(temporary, `${JSON.stringify({ format: 1, topic, topicId, partitions })}\n`)
    renameSync(temporary, options.recordFile)
    return
  }
  const compare = (
    setting: string,
    want: string | number | null,
    have: string | number | null,
  ): void => {
    if (want !== have) throw mismatch({ topic, setting, want: String(want), have: String(have) })
  }
  compare('name', known.topic, topic)
  compare('partitions', known.partitions, partitions)
  if (known.topicId !== null && topicId !== null) compare('topic id', known.topicId, topicId)
}

function readRecord(path: string): z.infer<typeof recordSchema> | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  return recordSchema.parse(JSON.parse(text))
}
