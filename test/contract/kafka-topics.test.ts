import { randomUUID } from 'node:crypto'
import { expect, inject, test } from 'vitest'
import { applyTopics, checkTopics, planTopics, requireTopics } from '#runtime/boot/topics.ts'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { topicNames } from '#schemas/topics.ts'
// oxlint-disable-next-line import/no-unassigned-import -- it tells vitest the type of what is injected
import '../support/stack/provided.ts'

const { kafkaBrokers } = inject('stack')

test('the declared topics are created on a real broker; a changed setting is put right and others stay', async () => {
  const kafka = createKafkajsClient({ brokers: kafkaBrokers, clientId: 'contract' }, silentLogger)
  const admin = await kafka.admin()
  const options = {
    prefix: `contract-${randomUUID()}`,
    generation: 0,
    profileLogPartitions: 4,
    sourcePartitions: 2,
    replicationFactor: 1,
    withSources: true,
  }
  const plan = await planTopics(admin, options)
  expect(plan.create).toHaveLength(topicNames.length)
  await applyTopics(admin, plan)
  expect(await planTopics(admin, options)).toEqual({ create: [], change: [], conflicts: [] })
  await checkTopics(admin, ['profile.log', 'identity.links'], options)

  const links = `${options.prefix}.identity.links`
  await admin.setTopicConfig(links, {
    'message.timestamp.type': 'CreateTime',
    'segment.ms': '60000',
  })
  await expect(
    requireTopics(admin, ['profile.log', 'identity.links'], options, silentLogger),
  ).rejects.toThrow(`${links}: message.timestamp.type is CreateTime, declared is LogAppendTime`)
  await applyTopics(admin, await planTopics(admin, options))
  expect(await planTopics(admin, options)).toEqual({ create: [], change: [], conflicts: [] })
  await requireTopics(admin, ['profile.log', 'identity.links'], options, silentLogger)
  expect((await admin.topicConfig(links, ['segment.ms'])).get('segment.ms')).toBe('60000')

  const wider = await planTopics(admin, { ...options, profileLogPartitions: 8 })
  await expect(applyTopics(admin, wider)).rejects.toMatchObject({ code: 'TRB_TOPIC_MISMATCH' })
  await admin.deleteTopics(topicNames.map((name) => `${options.prefix}.${name}`))
  await admin.close()
  await kafka.close()
})

const topicOf = (topic: string) => ({ topic, partitions: 1, replicationFactor: 1, config: {} })

test('a topic that was deleted since leaves the offsets of the others known', async () => {
  const kafka = createKafkajsClient({ brokers: kafkaBrokers, clientId: 'contract' }, silentLogger)
  const admin = await kafka.admin()
  const [kept, gone, later] = ['kept', 'gone', 'later'].map(
    (name) => `contract-${name}-${randomUUID()}`,
  )
  if (kept === undefined || gone === undefined || later === undefined) throw new Error('no names')
  await admin.createTopics([topicOf(kept), topicOf(gone)])
  await admin.offsets(kept)
  await admin.offsets(gone)
  await admin.deleteTopics([gone])
  await admin.createTopics([topicOf(later)])
  expect([...(await admin.offsets(later))]).toEqual([[0, { low: 0, high: 0 }]])
  expect([...(await admin.committed('contract-nobody', kept))]).toEqual([])
  await expect(admin.offsets(gone)).rejects.toMatchObject({ code: 'TRB_TOPIC_MISSING' })
  await admin.deleteTopics([kept, later])
  await admin.close()
  await kafka.close()
})
