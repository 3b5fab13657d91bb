import { beforeEach, describe, expect, test } from 'vitest'
import { type TopicName, topicNames } from '#schemas/topics.ts'
import { TributaryError } from '../errors/index.ts'
import { epochMs } from '../event/ids.ts'
import { createMemoryKafka } from '../kafka/memory/client.ts'
import type { Admin } from '../kafka/ports.ts'
import { createLogger, type Logger } from '../telemetry/index.ts'
import { applyTopics, planTopics, prepareTopics, requireTopics } from './topics.ts'

const options = {
  prefix: 'acme',
  profileLogPartitions: 4,
  sourcePartitions: 2,
  replicationFactor: 1,
  generation: 0,
  withSources: true,
}
const used = topicNames.filter((name) => !/^channel\.\w+$/.test(name))
let admin: Admin
let lines: string[]
let log: Logger

beforeEach(async () => {
  admin = await createMemoryKafka({ now: () => epochMs(0) })
    .client()
    .admin()
  await applyTopics(admin, await planTopics(admin, options))
  lines = []
  const stream = { write: (line: string) => void lines.push(line) }
  log = createLogger({ service: 'test', level: 'warn', stream })
})

const set = async (name: TopicName, config: Readonly<Record<string, string>>): Promise<void> =>
  admin.setTopicConfig(`acme.${name}`, config)
const start = async (names: readonly TopicName[] = used): Promise<void> =>
  requireTopics(admin, names, options, log)

test('topics as declared are nothing to speak of, and asked about in one request', async () => {
  const requests: number[] = []
  const counting: Admin = {
    ...admin,
    topicConfigs: async (topics, names) => {
      requests.push(topics.length)
      return admin.topicConfigs(topics, names)
    },
  }
  await requireTopics(counting, used, options, log)
  expect([requests, lines]).toEqual([[used.length], []])
})

describe('a start is refused where records would be lost or times falsified', () => {
  const cases: readonly (readonly [TopicName, string, string, string])[] = [
    ['profile.log', 'cleanup.policy', 'compact', 'a record would go with the next one of its key'],
    ['pipeline.keys', 'cleanup.policy', 'compact,delete', 'a record would go with the next one'],
    ['identity.links', 'cleanup.policy', 'delete', 'what is removed would stay'],
    ['profile.log', 'retention.ms', '3600000', 'records would go before their time'],
    ['pipeline.definitions', 'retention.ms', '604800000', 'records would go before their time'],
    ['profile.log', 'message.timestamp.type', 'CreateTime', 'times would be those of whoever'],
    ['channel.web.import', 'message.timestamp.type', 'CreateTime', 'times would be those of'],
  ]
  test.each(cases)('%s with %s %s', async (name, setting, value, why) => {
    await set(name, { [setting]: value })
    const refusal = await start().catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'TRB_TOPIC_MISMATCH', exitCode: 2 })
    if (!(refusal instanceof TributaryError)) throw new Error('no refusal')
    expect(refusal.message).toContain(`acme.${name}: ${setting} is ${value}, declared is `)
    expect(refusal.message).toContain(why)
    expect(refusal.hint).toContain('tributary topics apply')
    // It is none of the business of whoever does not use that topic.
    await start(used.filter((one) => one !== name))
  })

  test('all of them are named at once; expiry counts where a topic expires, whatever was declared', async () => {
    await set('identity.links', { 'cleanup.policy': 'compact,delete', 'retention.ms': '1000' })
    await set('profile.log', { 'cleanup.policy': 'compact' })
    await expect(start()).rejects.toThrow(
      /^acme\.profile\.log: cleanup\.policy.*; acme\.identity\.links: retention\.ms is 1000, declared is -1/,
    )
  })
})

describe('a start goes on and says so where a difference costs something alone', () => {
  const cases: readonly (readonly [TopicName, string, string])[] = [
    ['profile.log', 'retention.ms', '-1'],
    ['profile.log', 'retention.ms', '99999999999'],
    ['identity.links', 'retention.ms', '1000'],
    ['identity.links', 'cleanup.policy', 'compact,delete'],
    ['identity.links', 'max.compaction.lag.ms', '9223372036854775807'],
    ['profile.segments', 'cleanup.policy', 'compact'],
    ['identity.decisions', 'retention.ms', '1000'],
  ]
  test.each(cases)('%s with %s %s', async (name, setting, value) => {
    await set(name, { [setting]: value })
    await start()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`acme.${name}: ${setting} is ${value}, declared is `)
    expect(lines[0]).toContain('tributary topics apply')
  })
})

const failing = (code: 'TRB_KAFKA_REFUSED' | 'TRB_KAFKA_UNAVAILABLE'): Admin => ({
  ...admin,
  topicConfigs: async () => Promise.reject(new TributaryError(code, 'Not authorized')),
})

test('who may not see settings starts without, and says so; brokers that are away are waited for', async () => {
  await requireTopics(failing('TRB_KAFKA_REFUSED'), used, options, log)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('settings of topics are not checked: Not authorized. Allow this user')
  await expect(
    requireTopics(failing('TRB_KAFKA_UNAVAILABLE'), used, options, log),
  ).rejects.toMatchObject({ code: 'TRB_KAFKA_UNAVAILABLE' })
})

test('local mode puts right what production refuses', async () => {
  await set('profile.log', { 'cleanup.policy': 'compact' })
  const generation = { number: 0, partitions: 4 }
  const config = { prefix: 'acme', replicationFactor: 1 }
  await expect(
    prepareTopics(admin, { ...config, mode: 'production' }, generation, used, log),
  ).rejects.toMatchObject({ code: 'TRB_TOPIC_MISMATCH' })
  await prepareTopics(admin, { ...config, mode: 'local' }, generation, used, log)
  await prepareTopics(admin, { ...config, mode: 'production' }, generation, used, log)
  expect(lines).toEqual([])
})
