import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { readMigrations } from '#runtime/clickhouse/migration-files.ts'
import { groupName, topicName } from '#schemas/topics.ts'
import { checkout } from '../world/demo/directory.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'

const shipped = join(checkout, 'infra', 'pipeline.yaml')
/** The machine is shared: a check may wait longer than an operator would. */
const patient = ['--timeout', '40'] as const

const reportSchema = z.object({
  findings: z.array(
    z.object({
      check: z.string(),
      severity: z.enum(['ok', 'warning', 'problem', 'unknown']),
      message: z.string(),
      fix: z.string().nullable(),
    }),
  ),
  stages: z.array(
    z.object({
      stage: z.string(),
      group: z.string(),
      topic: z.string(),
      members: z.number().nullable(),
      lag_records: z.number().nullable(),
      lag_events: z.number().nullable(),
      lag_seconds: z.number().nullable(),
      oldest_waiting_at: z.string().nullable(),
    }),
  ),
  slowest_stage: z.string().nullable(),
})
type Report = z.infer<typeof reportSchema>

let installation: Installation

const run = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<CliResult> =>
  runCli(['doctor', ...args], env, { checkout, now: () => new Date() })

async function doctor(
  args: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly report: Report }> {
  const { status, stdout, stderr } = await run([...args, ...patient, '--json'], {
    ...installation.environment,
    ...more,
  })
  if (stdout === '') throw new Error(`doctor said nothing: ${stderr}`)
  return { status, report: reportSchema.parse(JSON.parse(stdout)) }
}

const problemsOf = ({ findings }: Report): readonly string[] =>
  findings
    .filter(({ severity }) => severity === 'problem')
    .map(({ check, message, fix }) => `${check}: ${message} → ${fix}`)
const severityOf = ({ findings }: Report, name: string): readonly string[] =>
  findings.filter(({ check }) => check === name).map(({ severity }) => severity)

const profilesOf = ({ stages }: Report) => stages.find(({ stage }) => stage === 'profiles')

beforeAll(async () => {
  installation = await createInstallation()
  await installation.startAll()
  await installation.converged(installation.processes)
}, 180_000)
afterAll(() => installation.drop())

describe('an installation that is well', () => {
  test('has no problem, every stage is read to its end, and the file is the deployed one', async () => {
    const { status, report } = await doctor(['--pipeline', shipped])
    expect(problemsOf(report)).toEqual([])
    expect(report.findings.filter(({ severity }) => severity === 'unknown')).toEqual([])
    expect(status).toBe(0)
    expect(report.slowest_stage).toBe(null)
    const { prefix } = installation
    expect(report.stages).toContainEqual({
      stage: 'profiles',
      group: groupName(prefix, 'profiles'),
      topic: topicName(prefix, 'profile.log'),
      members: 1,
      lag_records: 0,
      lag_events: 0,
      lag_seconds: 0,
      oldest_waiting_at: null,
    })
    expect([...new Set(report.stages.map(({ stage }) => stage))]).toEqual([
      'email',
      'web',
      'crm',
      'identity',
      'profiles',
      'dead-letters',
    ])
    const kafka = report.findings.find(({ check }) => check === 'kafka')
    expect(kafka?.message).toMatch(/^reachable, cluster \S+, Kafka 4\.\d/)
  })

  test('is shown to people by what it is about', async () => {
    const { stdout, status } = await run([...patient], installation.environment)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^this host\n {2}ok {7}Node /)
    expect(stdout).toContain('\nClickHouse\n  ok       reachable, version ')
    expect(stdout).toContain('slowest stage: none')
  })

  test('is compared with the file that was given, and another one is a problem', async () => {
    const file = join(installation.directory, 'other.yaml')
    writeFileSync(file, 'purposes: { service: Service }\n')
    const other = await doctor(['--pipeline', file])
    expect(other.status).toBe(1)
    expect(severityOf(other.report, 'pipeline_file')).toEqual(['problem'])
    const missing = await run(['--pipeline', '/nowhere.yaml', '--json'], installation.environment)
    expect(missing.status).toBe(2)
  })
})

test('a topic with another retention is found, and the fix mends it', async () => {
  const topic = topicName(installation.prefix, 'profile.log')
  await installation.admin.setTopicConfig(topic, { 'retention.ms': '3600000' })
  const { status, report } = await doctor()
  expect(status).toBe(1)
  expect(problemsOf(report)).toEqual([
    expect.stringMatching(/^topics: \S+profile\.log: retention\.ms is 3600000.*topics apply/),
  ])
  await installation.tributary('topics', 'apply')
  expect(problemsOf((await doctor()).report)).toEqual([])
})

test('a migration that is not recorded as applied is found, and the fix mends it', async () => {
  const newest = readMigrations().at(-1)
  await installation.clickhouse.command(
    `ALTER TABLE schema_migrations DELETE WHERE version = ${newest?.version} SETTINGS mutations_sync = 2`,
  )
  const { status, report } = await doctor()
  expect(status).toBe(1)
  expect(problemsOf(report)).toEqual([
    expect.stringMatching(/^migrations: not applied: \d{4}_\w+ → tributary migrate$/),
  ])
  await installation.tributary('migrate')
  expect(problemsOf((await doctor()).report)).toEqual([])
})

test('a stage that stands still is the slowest, with what waits, since when, and that nobody reads', async () => {
  const { admin, kafka, prefix, processes } = installation
  const profiles = processes.find(({ service }) => service === 'profiles')
  await profiles?.stop()
  const inLog = async (): Promise<number> => {
    const ranges = await admin.offsets(topicName(prefix, 'profile.log'))
    return [...ranges.values()].reduce((sum, { high }) => sum + high, 0)
  }
  const before = await inLog()
  const sentAt = Date.now()
  const producer = await kafka.producer()
  const page = (n: number) => ({
    type: 'page',
    messageId: `doctor-${n}`,
    anonymousId: `visitor-${n}`,
    timestamp: new Date(sentAt).toISOString(),
    name: 'Home',
  })
  await producer.send([
    {
      topic: topicName(prefix, 'channel.web'),
      records: [1, 2, 3].map((n) => ({ key: null, value: Buffer.from(JSON.stringify(page(n))) })),
    },
  ])
  await producer.close()
  await vi.waitFor(async () => expect(await inLog()).toBeGreaterThan(before), 60_000)
  // Longer than an event needs anyway: only then is it a delay.
  await pause(6000)
  // The last of the three may be behind on a busy machine.
  const { status, report } = await vi.waitFor(
    async () => {
      const said = await doctor()
      expect(profilesOf(said.report)?.lag_events).toBeGreaterThanOrEqual(3)
      return said
    },
    { timeout: 60_000, interval: 1000 },
  )
  expect(status).toBe(1)
  expect(report.slowest_stage).toBe('profiles')
  const stage = profilesOf(report)
  expect(stage?.members).toBe(0)
  expect(stage?.lag_records).toBeGreaterThan(0)
  expect(stage?.lag_seconds).toBeGreaterThan(5)
  expect(Date.parse(stage?.oldest_waiting_at ?? '')).toBeGreaterThan(sentAt - 5000)
  expect(problemsOf(report)).toContainEqual(
    expect.stringMatching(/^groups: profiles: no process reads .* → Start it/),
  )
  const people = await run([...patient], installation.environment)
  expect(people.stdout).toContain('slowest stage: profiles (')

  await installation.ready([installation.start('profiles')])
  await installation.converged([])
  expect((await doctor()).report.slowest_stage).toBe(null)
})

describe('what is dead hides nothing else', () => {
  test('ClickHouse at a wrong address is one problem; Kafka, the registry and the lag are looked at', async () => {
    const { status, report } = await doctor([], { CLICKHOUSE_URL: 'http://127.0.0.1:9' })
    expect(status).toBe(1)
    expect(problemsOf(report)).toEqual([expect.stringMatching(/^clickhouse: ClickHouse at 127/)])
    expect(severityOf(report, 'migrations')).toEqual(['unknown'])
    expect([...severityOf(report, 'kafka'), ...severityOf(report, 'registry')]).toEqual([
      'ok',
      'ok',
    ])
    expect(report.stages.every(({ lag_records: lag }) => lag === 0)).toBe(true)
  })

  test('Kafka at a wrong address leaves the rest', async () => {
    const { status, report } = await doctor([], { KAFKA_BROKERS: '127.0.0.1:9' })
    expect(status).toBe(1)
    expect(severityOf(report, 'kafka')).toEqual(['problem'])
    expect(severityOf(report, 'migrations')).toEqual(['ok'])
    expect(report).toMatchObject({ stages: [], slowest_stage: null })
  })

  test('only when nothing answers is it exit 3, and 2 when nobody said where anything is', async () => {
    const away = await run(['--json', '--timeout', '5'], {
      KAFKA_BROKERS: '127.0.0.1:9',
      REGISTRY_URL: 'http://127.0.0.1:9',
      CLICKHOUSE_URL: 'http://127.0.0.1:9',
    })
    expect(away.status).toBe(3)
    expect(reportSchema.parse(JSON.parse(away.stdout)).stages).toEqual([])
    const { status, stdout, stderr } = await runCli(['doctor', '--json'])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TRB_CONFIG_INVALID' } })
  })
})
