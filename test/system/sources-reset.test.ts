import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorKinds } from '#runtime/errors/index.ts'
import { offset } from '#runtime/event/ids.ts'
import { groupName, topicName } from '#schemas/topics.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import { healthOf, type ServiceProcess } from '../support/pipeline/service-process.ts'

// The records of a channel's topic expired before it read them, on the real broker.

let installation: Installation
let crm: ServiceProcess
let topic: string
let group: string

const record = (partition: number) => ({ key: null, value: Buffer.from('{}'), partition })

beforeAll(async () => {
  installation = await createInstallation()
  const { admin, kafka, prefix } = installation
  topic = topicName(prefix, 'channel.crm')
  group = groupName(prefix, 'crm')
  const producer = await kafka.producer()
  await producer.send([{ topic, records: [0, 0, 0, 0, 0, 1, 1].map(record) }])
  await producer.close()
  await admin.resetCommitted(
    group,
    topic,
    new Map([
      [0, offset(1)],
      [1, offset(1)],
    ]),
  )
  await admin.deleteRecords(topic, new Map([[0, offset(4)]]))
  crm = start()
})
afterAll(async () => installation.drop())

const start = (): ServiceProcess =>
  installation.start('crm', 'crm', { TRIBUTARY_HEALTH_INTERVAL_MS: '250' })

const reset = async (...options: readonly string[]): Promise<CliResult> =>
  runCli(['sources', 'reset', 'crm', '--json', ...options], installation.environment)

const statusOf = async (path: string): Promise<number> =>
  (await fetch(`${await crm.url()}${path}`)).status

/** The value of a series of the channel; undefined: there is none. */
async function valueOf(metric: string, partition?: number): Promise<number | undefined> {
  const page = await (await fetch(`${await crm.url()}/metrics`)).text()
  const line = page
    .split('\n')
    .find(
      (one) =>
        one.startsWith(`tributary_${metric}{`) &&
        (partition === undefined ||
          (one.includes(`topic="${topic}"`) && one.includes(`partition="${partition}"`))),
    )
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

const committed = async (partition: number): Promise<number | undefined> =>
  (await installation.admin.committed(group, topic)).get(partition)?.offset

async function until<T>(what: string, look: () => Promise<T>, good: (found: T) => boolean) {
  const deadline = performance.now() + 40_000
  for (;;) {
    const found = await look()
    if (good(found)) return
    if (performance.now() > deadline)
      throw new Error(`${what}: ${JSON.stringify(found)}; ${crm.lastWords()}`)
    await pause(100)
  }
}

test('a partition whose place is gone stands still: /health names it, what waits is shown, and the others go on', async () => {
  await until(
    '/health says it, and nothing else any more',
    async () => (await healthOf(crm)).checks.filter(({ ok }) => !ok).map(({ name }) => name),
    (failing) => failing.join() === 'partitions',
  )
  const { checks, status } = await healthOf(crm)
  const [failing, ...others] = checks.filter(({ ok }) => !ok)
  expect({ status, name: failing?.name, others }).toEqual({
    status: 'degraded',
    name: 'partitions',
    others: [],
  })
  expect(failing?.why).toContain(
    `partitions stand still: ${topic}/0: the committed offset is 1, the log holds 4 to 5`,
  )
  expect(failing?.why).toContain('tributary sources reset')
  expect(await statusOf('/health/live')).toBe(200)
  expect(await statusOf('/health/ready')).toBe(503)
  expect(await valueOf('ready')).toBe(0)
  expect(await valueOf('channel_partition_waiting', 0)).toBe(1)
  await until(
    'what waits is shown',
    async () => valueOf('stage_lag_records', 0),
    (lag) => lag === 4,
  )
  await until(
    'its age is shown',
    async () => valueOf('stage_lag_seconds', 0),
    (age) => Number(age) > 0,
  )
  await until(
    'the other one goes on',
    async () => committed(1),
    (at) => at === 2,
  )
  await until(
    'and nothing waits there',
    async () => valueOf('stage_lag_records', 1),
    (lag) => lag === 0,
  )
})

test('while the channel runs nothing is reset: Kafka refuses, and the answer says what to do', async () => {
  const { status, stderr } = await reset()
  expect({ status, ...JSON.parse(stderr) }).toMatchObject({
    status: 1,
    error: { code: 'TRB_GROUP_IN_USE', hint: errorKinds.TRB_GROUP_IN_USE.hint },
  })
  expect(await committed(0)).toBe(1)
})

test('a dry run says what was lost, a run goes on at the oldest record, and then there is nothing to reset', async () => {
  await crm.stop()
  const dry = await reset('--dry-run')
  expect(dry.status).toBe(1)
  const lost = [{ topic, partition: 0, committed: 1, low: 4, high: 5, to: 4, lost: 3 }]
  expect(JSON.parse(dry.stdout)).toEqual({ applied: false, group, partitions: lost })
  expect(await reset()).toMatchObject({ status: 0 })
  const again = await reset()
  expect(JSON.parse(again.stdout)).toEqual({ applied: true, group, partitions: [] })
  const rows = await installation.clickhouse.query<{
    readonly outcome: string
    readonly details: string
  }>("SELECT outcome, details FROM audit_log FINAL WHERE command = 'sources reset'")
  expect(rows.map(({ outcome }) => outcome).toSorted()).toEqual(['done', 'done', 'failed'])
  expect(rows.map(({ details }) => details).join()).toContain('"lost":3')
})

test('the channel that is started then reads on, and is well', async () => {
  crm = start()
  await installation.ready([crm])
  await until(
    'what is left was read',
    async () => committed(0),
    (at) => at === 5,
  )
  expect(await valueOf('channel_partition_waiting', 0)).toBe(undefined)
  await until(
    'nothing waits',
    async () => valueOf('stage_lag_records', 0),
    (lag) => lag === 0,
  )
})
