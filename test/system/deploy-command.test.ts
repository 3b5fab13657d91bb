import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { latestDefinition } from '#runtime/definition/deploy/definition-log.ts'
import { topicName } from '#schemas/topics.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'

const shipped = fileURLToPath(new URL('../../infra/pipeline.yaml', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'tributary-deploy-'))

let installation: TestInstallation

beforeAll(async () => {
  installation = await createTestInstallation()
})
afterAll(async () => {
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

const deploy = (...args: string[]): Promise<CliResult> =>
  runCli(['deploy', ...args, '--json'], installation.env)
const columns = (): Promise<readonly object[]> =>
  installation.clickhouse.query(
    `SELECT name FROM system.columns WHERE database = {database:String} AND table = 'profiles' AND name LIKE 'f\\_%'`,
    { database: installation.clickhouse.database },
  )

test('without topics it says which are missing and what to do', async () => {
  const { status, stderr } = await deploy(shipped)
  expect(status).toBe(2)
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TRB_TOPIC_MISSING' } })
})

test('a dry run changes nothing; a deploy adds the columns and puts the file into the log, once', async () => {
  await installation.createTopics(3)
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
  const { kafka, prefix } = installation
  const stored = await latestDefinition(
    kafka.reader(),
    topicName(prefix, 'pipeline.definitions'),
    0,
  )
  expect(stored).toMatchObject({
    deployedBy: 'ada',
    content: readFileSync(shipped, 'utf8'),
  })
  const inForce = { version: stored?.version }
  expect(JSON.parse(first.stdout)).toMatchObject(inForce)
  const admin = await kafka.admin()
  const offsets = await admin.offsets(topicName(prefix, 'profile.log'))
  expect([...offsets.values()].map(({ high }) => high)).toEqual([1, 1, 1])

  const again = await deploy(shipped)
  expect(JSON.parse(again.stdout)).toMatchObject({ unchanged: true, ...inForce })
  await admin.close()
})

const comment = (): Promise<readonly object[]> =>
  installation.clickhouse.query(
    `SELECT table, comment FROM system.columns WHERE database = {database:String}
       AND table IN ('profiles', 'profile_history') AND name = 'f_web_activity_half_life_ms' ORDER BY table`,
    { database: installation.clickhouse.database },
  )
const said = (days: number): readonly object[] =>
  ['profile_history', 'profiles'].map((table) => ({
    table,
    comment: `Half-life of web_activity in milliseconds, by which the row was made: ${days * 86_400_000} in new ones`,
  }))

test('a changed half-life says so in the comment of its column, and the column stays', async () => {
  expect(await comment()).toEqual(said(7))
  const file = join(directory, 'longer.yaml')
  writeFileSync(file, readFileSync(shipped, 'utf8').replace('half_life: 7d', 'half_life: 9d'))
  expect(JSON.parse((await deploy(file)).stdout)).toMatchObject({ unchanged: false, columns: [] })
  expect(await comment()).toEqual(said(9))
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
  expect(broken.stdout).toContain('"code":"invalid_value"')
  expect(broken.stderr).toBe('')
  const people = await runCli(['deploy', file], installation.env)
  expect(people.stdout).toContain('broken.yaml:')
})

test('brokers that do not answer are exit 3', async () => {
  const { status, stderr } = await runCli(['deploy', shipped, '--json'], {
    ...installation.env,
    KAFKA_BROKERS: '127.0.0.1:9',
  })
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TRB_KAFKA_UNAVAILABLE' } })
  expect(status).toBe(3)
})
