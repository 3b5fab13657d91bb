import { randomBytes } from 'node:crypto'
import { afterAll, expect, inject, test } from 'vitest'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { topicName, topicNames } from '#schemas/topics.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'

const prefix = `t${randomBytes(4).toString('hex')}`
const brokers = inject('stack').kafkaBrokers
const env = {
  KAFKA_BROKERS: brokers.join(','),
  TRIBUTARY_PREFIX: prefix,
  TRIBUTARY_MODE: 'local',
  TRIBUTARY_PARTITIONS: '2',
}
const topics = (verb: string, more: Readonly<Record<string, string>> = {}): Promise<CliResult> =>
  runCli(['topics', verb, '--json'], { ...env, ...more })

afterAll(async () => {
  const kafka = createKafkajsClient({ brokers, clientId: prefix }, silentLogger)
  const admin = await kafka.admin()
  await admin.deleteTopics(topicNames.map((name) => topicName(prefix, name)))
  await admin.close()
  await kafka.close()
})

test('plan says what is missing, apply creates it, and then nothing is left to do', async () => {
  const before = await topics('plan')
  expect(before.status).toBe(1)
  expect(JSON.parse(before.stdout)).toMatchObject({
    create: { length: topicNames.length },
    change: [],
  })
  const apply = await topics('apply')
  expect(apply.status).toBe(0)
  // There is no ClickHouse yet: it is said that nobody wrote this down.
  expect(JSON.parse(apply.stdout)).toMatchObject({ applied: true, audited: false })
  const after = await topics('plan')
  expect(after.status).toBe(0)
  expect(JSON.parse(after.stdout)).toEqual({
    applied: false,
    change: [],
    conflicts: [],
    create: [],
  })
})

test('another partition count is a conflict: plan shows it, apply refuses', async () => {
  const plan = await topics('plan', { TRIBUTARY_PARTITIONS: '3' })
  expect(plan.status).toBe(1)
  expect(plan.stdout).toContain(`${prefix}.profile.log`)
  const apply = await topics('apply', { TRIBUTARY_PARTITIONS: '3' })
  expect(apply.status).toBe(2)
  expect(JSON.parse(apply.stderr)).toMatchObject({ error: { code: 'TRB_TOPIC_MISMATCH' } })
})
