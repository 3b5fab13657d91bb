import { expect, it } from 'vitest'
import { applyTopics, planTopics } from '#runtime/boot/topics.ts'
import { deploy } from '#runtime/definition/deploy/deploy.ts'
import { pipelineText } from '#runtime/definition/testing/pipeline-text.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs, offset } from '#runtime/event/ids.ts'
import { createMemoryKafka } from '#runtime/kafka/memory/client.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { readFact } from './read-fact.ts'
import { readKafka } from './read-kafka.ts'

const containing = (text: string): unknown => expect.stringContaining(text)

const at = epochMs(Date.UTC(2026, 2, 1))
const settings = {
  prefix: '',
  generation: 0,
  partitions: 2,
  replicationFactor: 1,
  timeoutMs: 5000,
  now: () => new Date(at),
}

/** An installation in memory: its topics, and a pipeline file in force. */
async function installed(): Promise<KafkaClient> {
  const kafka = createMemoryKafka({ now: () => at }).client()
  const admin = await kafka.admin()
  const plan = await planTopics(admin, {
    ...settings,
    profileLogPartitions: 2,
    sourcePartitions: 1,
    withSources: true,
  })
  await applyTopics(admin, plan)
  const topics = {
    definitions: 'pipeline.definitions',
    profileLog: 'profile.log',
    identityLinks: 'identity.links',
  }
  const producer = await kafka.producer()
  await deploy(
    {
      producer,
      reader: kafka.reader(),
      topics,
      generation: 0,
      partitions: 2,
      migrateColumns: async () => {},
    },
    pipelineText({
      sources: '  - {channel: web, topics: [shop.events], format: json, source: snowplow}\n',
    }),
    { dryRun: false, at, by: 'ada', nonce: 'n' },
  )
  return kafka
}

it('reads what is deployed, what waits at each stage and whom the file expects, and writes nothing', async () => {
  const kafka = await installed()
  const admin = await kafka.admin()
  await admin.resetCommitted('tributary-profiles', 'profile.log', new Map([[0, offset(1)]]))
  const before = await admin.offsets('profile.log')
  const facts = await readKafka(kafka, settings)

  expect(facts.topics).toMatchObject({ read: true, value: { plan: { create: [], change: [] } } })
  expect(facts.definition).toMatchObject({
    value: { stored: { deployedBy: 'ada' }, fault: null, undefinedPartitions: [] },
  })
  expect(facts.sourceTopics).toMatchObject({
    value: [
      { channel: 'email', found: [], missing: [] },
      {
        channel: 'web',
        found: [{ topic: 'channel.web', timestamps: 'LogAppendTime' }],
        missing: ['shop.events'],
      },
      { channel: 'crm', found: [], missing: [] },
    ],
  })
  const stage = (name: string) => facts.stages.find((one) => one.stage === name)?.facts
  expect(stage('profiles')).toEqual({
    read: true,
    value: {
      retentionMs: 14 * 86_400_000,
      eventsPerRecord: 1,
      partitions: [
        { partition: 0, low: 0, high: 1, committed: { offset: 1, metadata: null }, waiting: null },
        { partition: 1, low: 0, high: 1, committed: null, waiting: { at, offset: 0 } },
      ],
    },
  })
  expect(stage('identity')).toMatchObject({ value: { retentionMs: null, eventsPerRecord: 1 } })
  expect(facts.members.read && facts.members.value.get('tributary-web')).toBe(0)
  expect(await admin.offsets('profile.log')).toEqual(before)
})

it('knows of nothing deployed, and of topics that are missing', async () => {
  const kafka = createMemoryKafka({ now: () => at }).client()
  const facts = await readKafka(kafka, settings)
  expect(facts.cluster.read).toBe(true)
  expect(facts.topics.read && facts.topics.value.plan.create.map(({ topic }) => topic)).toContain(
    'profile.log',
  )
  expect(facts.definition).toMatchObject({ read: false, kind: 'refused' })
  expect(facts.stages).toEqual([])
})

it('a Kafka that never answers costs its time and no more, and whoever connects late is closed', async () => {
  const connecting = Promise.withResolvers<never>()
  const kafka = {
    ...createMemoryKafka({ now: () => at }).client(),
    admin: () => connecting.promise,
  }
  const facts = await readKafka(kafka, { ...settings, timeoutMs: 20 })
  expect(facts.cluster).toMatchObject({ read: false, kind: 'unreachable' })
  expect(facts.cluster).toMatchObject({ why: 'Kafka: no answer within 0.02 s' })
  connecting.reject(new Error('too late'))
})

const failing = (error: Error) =>
  readFact('it', 1000, () => {
    throw error
  })

it('what goes wrong while something is read becomes the reason, with the advice of its code', async () => {
  expect(await failing(new TributaryError('TRB_KAFKA_UNAVAILABLE', 'gone'))).toMatchObject({
    kind: 'unreachable',
    why: 'gone',
    fix: containing('KAFKA_BROKERS'),
  })
  expect(await failing(new TributaryError('TRB_CONFIG_INVALID', 'x'))).toMatchObject({
    kind: 'configuration',
  })
  expect(await failing(new Error('odd'))).toMatchObject({ kind: 'refused', why: 'odd' })
})
