import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { latestDefinition } from '#runtime/definition/deploy/definition-log.ts'
import { createKafkajsClient } from '#runtime/kafka/kafkajs/client.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { silentLogger } from '#runtime/telemetry/logger.ts'
import { topicName, topicSettings, topicSpec } from '#schemas/topics.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'

const shipped = fileURLToPath(new URL('../../infra/pipeline.yaml', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'tributary-deploy-'))
const prefix = `t${randomBytes(4).toString('hex')}`
const names = ['profile.log', 'identity.links', 'pipeline.definitions'] as const
const partitions = 3

let database: TestDatabase
let kafka: KafkaClient
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  database = await createTestDatabase()
  const brokers = inject('stack').kafkaBrokers
  kafka = createKafkajsClient({ brokers, clientId: prefix }, silentLogger)
  env = {
    KAFKA_BROKERS: brokers.join(','),
    CLICKHOUSE_URL: database.clickhouse.url,
    CLICKHOUSE_DATABASE: database.clickhouse.database,
    TRIBUTARY_PREFIX: prefix,
    TRIBUTARY_MODE: 'local',
  }
})
afterAll(async () => {
  const admin = await kafka.admin()
  await admin.deleteTopics(names.map((name) => topicName(prefix, name)))
  await admin.close()
  await kafka.close()
  await database.drop()
})

const deploy = (...args: string[]): Promise<CliResult> => runCli(['deploy', ...args, '--json'], env)
const columns = (): Promise<readonly object[]> =>
  database.clickhouse.query(
    `SELECT name FROM system.columns WHERE database = {database:String} AND table = 'profiles' AND name LIKE 'f\\_%'`,
    { database: database.clickhouse.database },
  )

test('without topics it says which are missing and what to do', async () => {
  const { status, stderr } = await deploy(shipped)
  expect(status).toBe(2)
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TRB_TOPIC_MISSING' } })
})

test('a dry run changes nothing; a deploy adds the columns and puts the file into the log, once', async () => {
  const admin = await kafka.admin()
  await admin.createTopics(
    names.map((name) => ({
      topic: topicName(prefix, name),
      partitions: name === 'profile.log' ? partitions : 1,
      replicationFactor: 1,
      config: topicSettings(topicSpec(name)),
    })),
  )
  const dryRun = await deploy(shipped, '--dry-run')
  expect(JSON.parse(dryRun.stdout)).toMatchObject({
    dry_run: true,
    version: null,
    unchanged: false,
  })
  expect(await columns()).toEqual([])

  const first = await deploy(shipped, '--by', 'ada')
  expect(first).toMatchObject({ status: 0, stderr: '' })
  expect(await columns()).not.toEqual([])
  const stored = await latestDefinition(kafka.reader(), topicName(prefix, 'pipeline.definitions'))
  expect(stored).toMatchObject({
    deployedBy: 'ada',
    content: readFileSync(shipped, 'utf8'),
  })
  const inForce = { version: stored?.version }
  expect(JSON.parse(first.stdout)).toMatchObject(inForce)
  const offsets = await admin.offsets(topicName(prefix, 'profile.log'))
  expect([...offsets.values()].map(({ high }) => high)).toEqual([1, 1, 1])

  const again = await deploy(shipped)
  expect(JSON.parse(again.stdout)).toMatchObject({ unchanged: true, ...inForce })
  await admin.close()
})

test('a file with mistakes is exit 1, with the findings, and is not deployed', async () => {
  const file = join(directory, 'broken.yaml')
  writeFileSync(
    file,
    readFileSync(shipped, 'utf8').replace('kind: decayed_topk', 'kind: decayed_top'),
  )
  const broken = await deploy(file)
  expect(broken.status).toBe(1)
  expect(JSON.parse(broken.stdout)).toMatchObject({ version: null })
  const people = await runCli(['deploy', file], env)
  expect(people.stdout).toContain('broken.yaml:')
})

test('brokers that do not answer are exit 3', async () => {
  const { status, stderr } = await runCli(['deploy', shipped, '--json'], {
    ...env,
    KAFKA_BROKERS: '127.0.0.1:9',
  })
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TRB_KAFKA_UNAVAILABLE' } })
  expect(status).toBe(3)
})
