import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { offset } from '#runtime/event/ids.ts'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { groupName, topicName } from '#schemas/topics.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import { runCli } from '../support/cli/run-cli.ts'

const prefix = `t${randomBytes(4).toString('hex')}`
const brokers = inject('stack').kafkaBrokers
const kafka = createKafkajsClient({ brokers, clientId: prefix }, silentLogger)
const topic = topicName(prefix, 'channel.crm')
const group = groupName(prefix, 'crm')
let database: TestDatabase
const env: Record<string, string> = {
  KAFKA_BROKERS: brokers.join(','),
  TRIBUTARY_PREFIX: prefix,
  TRIBUTARY_MODE: 'local',
}

const record = (partition: number) => ({ key: null, value: Buffer.from('{}'), partition })

beforeAll(async () => {
  database = await createTestDatabase()
  env['CLICKHOUSE_URL'] = database.clickhouse.url
  env['CLICKHOUSE_DATABASE'] = database.clickhouse.database
  const admin = await kafka.admin()
  await admin.createTopics([{ topic, partitions: 2, replicationFactor: 1, config: {} }])
  const producer = await kafka.producer()

  await producer.send([{ topic, records: [0, 0, 0, 0, 0, 1, 1].map(record) }])
  await producer.close()
  await admin.resetCommitted(
    group,
    topic,
    new Map([
      [0, offset(1)],
      [1, offset(2)],
    ]),
  )
  await admin.deleteRecords(topic, new Map([[0, offset(4)]]))
  await admin.close()
}, 60_000)

afterAll(async () => {
  const admin = await kafka.admin()
  await admin.deleteTopics([topic])
  await admin.close()
  await kafka.close()
  await database.drop()
})

test('a dry run says what was lost, a run goes on at the oldest record, and then there is nothing to reset', async () => {
  const dry = await runCli(['sources', 'reset', 'crm', '--dry-run', '--json'], env)
  expect(dry.status).toBe(1)
  const lost = [{ topic, partition: 0, committed: 1, low: 4, high: 5, to: 4, lost: 3 }]
  expect(JSON.parse(dry.stdout)).toEqual({ applied: false, group, partitions: lost })
  expect(await runCli(['sources', 'reset', 'crm', '--json'], env)).toMatchObject({ status: 0 })
  const again = await runCli(['sources', 'reset', 'crm', '--json'], env)
  expect(JSON.parse(again.stdout)).toEqual({ applied: true, group, partitions: [] })
  const rows = await database.clickhouse.query<{
    readonly outcome: string
    readonly details: string
  }>('SELECT outcome, details FROM audit_log FINAL')
  expect(rows.map(({ outcome }) => outcome)).toEqual(['done', 'done'])
  expect(rows.map(({ details }) => details).join()).toContain('"lost":3')
})
