import { beforeEach, expect, test } from 'vitest'
import { topicNames } from '#schemas/topics.ts'
import { epochMs } from '../event/ids.ts'
import { createMemoryKafka, type MemoryKafka } from '../kafka/memory/client.ts'
import type { Admin } from '../kafka/ports.ts'
import { applyTopics, checkTopics, planTopics } from './topics.ts'

const options = {
  prefix: 'acme',
  profileLogPartitions: 4,
  sourcePartitions: 2,
  replicationFactor: 1,
  generation: 0,
  withSources: true,
}
let kafka: MemoryKafka
let admin: Admin
beforeEach(async () => {
  kafka = createMemoryKafka({ now: () => epochMs(0) })
  admin = await kafka.client().admin()
})

test('what is missing is created as declared, and then nothing is left to do', async () => {
  const plan = await planTopics(admin, options)
  expect(plan.create.map(({ topic }) => topic)).toEqual(topicNames.map((name) => `acme.${name}`))
  await applyTopics(admin, plan)
  expect(await planTopics(admin, options)).toEqual({ create: [], change: [], conflicts: [] })
  expect(
    (await admin.describeTopics(['acme.profile.log'])).get('acme.profile.log')?.partitions,
  ).toBe(4)
})

test('source topics are the company’s: outside local mode they are neither created nor changed', async () => {
  const plan = await planTopics(admin, { ...options, withSources: false })
  const names = plan.create.map(({ topic }) => topic)
  expect(names).not.toContain('acme.channel.email')
  expect(names).toContain('acme.channel.email.import')
})

test('changed settings are put right', async () => {
  await applyTopics(admin, await planTopics(admin, options))
  await admin.setTopicConfig('acme.identity.links', { 'cleanup.policy': 'delete' })
  const plan = await planTopics(admin, options)
  expect(plan.change).toEqual([
    { topic: 'acme.identity.links', setting: 'cleanup.policy', want: 'compact', have: 'delete' },
  ])
  await applyTopics(admin, plan)
  expect((await planTopics(admin, options)).change).toEqual([])
})

test('another partition count is a conflict that nothing applies, and that stops a start', async () => {
  await applyTopics(admin, await planTopics(admin, options))
  const other = { ...options, profileLogPartitions: 8 }
  const plan = await planTopics(admin, other)
  expect(plan.conflicts.map(({ topic }) => topic)).toEqual(['acme.profile.log'])
  await expect(applyTopics(admin, plan)).rejects.toMatchObject({ code: 'TRB_TOPIC_MISMATCH' })
  await checkTopics(admin, ['profile.log'], options)
  await expect(checkTopics(admin, ['profile.log'], other)).rejects.toMatchObject({
    code: 'TRB_TOPIC_MISMATCH',
    message: 'acme.profile.log: partitions is 4, configured is 8',
  })
  await expect(
    checkTopics(admin, ['profile.log'], { ...options, prefix: 'x' }),
  ).rejects.toMatchObject({
    code: 'TRB_TOPIC_MISSING',
  })
})

test('partitions beyond those that are declared are no conflict where nothing is routed by their count', async () => {
  const plan = await planTopics(admin, options)
  const names = ['acme.identity.links', 'acme.pipeline.keys', 'acme.deadletter']
  await applyTopics(admin, {
    ...plan,
    create: plan.create.map((one) => (names.includes(one.topic) ? { ...one, partitions: 6 } : one)),
  })
  expect(await planTopics(admin, options)).toEqual({ create: [], change: [], conflicts: [] })
})

test('after a rebuild with another count the topics of imports and replays are as they should be', async () => {
  await applyTopics(admin, await planTopics(admin, options))
  const after = { ...options, generation: 1, profileLogPartitions: 6, sourcePartitions: 6 }
  await applyTopics(admin, await planTopics(admin, after))
  expect(await planTopics(admin, after)).toEqual({ create: [], change: [], conflicts: [] })
})

test('each generation has a log and links of its own; all other topics are the installation’s', async () => {
  await applyTopics(admin, await planTopics(admin, options))
  const next = { ...options, generation: 1, profileLogPartitions: 6 }
  const plan = await planTopics(admin, next)
  expect(plan.create.map(({ topic, partitions }) => [topic, partitions])).toEqual([
    ['acme.profile.log.1', 6],
    ['acme.identity.links.1', 1],
  ])
  expect(plan.conflicts).toEqual([])
  await applyTopics(admin, plan)
  await checkTopics(admin, ['profile.log', 'identity.links', 'profile.segments'], next)
})
