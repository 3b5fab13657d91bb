import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { migrateColumns } from '#runtime/clickhouse/index.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { createRegistryClient, registerAll } from '#runtime/registry/index.ts'
import { topicName, topicSettings, topicSpec } from '#schemas/topics.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { runCli } from '../support/cli/run-cli.ts'
import { hurriedPrometheus, hurriedRoutes, hurriedRules } from '../support/monitoring/hurried.ts'
import {
  type Notification,
  type Running,
  startServer,
  startWebhook,
} from '../support/monitoring/running.ts'
import { missingTools } from '../support/monitoring/tools.ts'
import { type ServiceProcess, startServiceProcess } from '../support/pipeline/service-process.ts'

// From a change in the stream to a notification, and to the word that it is over: the drift service, Prometheus and Alertmanager are real, and so are
// rules and routes but for their patience (test/support/monitoring/hurried.ts).

const missing = missingTools('prometheus', 'alertmanager')
const hour = 3_600_000
/** The service's own clock is the real one: its newest window has just ended. */
const newest = Math.floor(Date.now() / hour) * hour
const iso = (ms: number): string => new Date(ms).toISOString()

const pipeline = `purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
features:
  - { name: pages, kind: decayed_count, events: [page_viewed], half_life: 7d, purpose: service, description: Pages }
segments: []
drift: { window: 1h, owners: { freshness: sources@shop.example } }
`

const directory = mkdtempSync(join(tmpdir(), 'tributary-monitoring-'))
afterAll(() => rmSync(directory, { recursive: true }))
const file = join(directory, 'pipeline.yaml')
const targets = join(directory, 'targets.json')
const running: Running[] = []
let prometheus = ''
let installation: TestInstallation
let told: readonly Notification[] = []

/** An event of a source a minute, from hour to hour of those around the newest window. */
async function comes(source: string, fromHour: number, toHour: number): Promise<void> {
  const from = newest + fromHour * hour
  await installation.clickhouse.command(
    `INSERT INTO events (fragment_id, partition, version, event_id, event_key, channel, source, type, occurred_at, received_at, log_time, schema_id)
     SELECT concat('email:${source}', toString(number)), 0, ${from} + number, concat('${source}-${fromHour}-', toString(number)), '', 'web', '${source}', 'page_viewed', at, at, at, 7
     FROM (SELECT number, fromUnixTimestamp64Milli(toInt64(${from} + 60000 * number), 'UTC') AS at FROM numbers(${(toHour - fromHour) * 60}))`,
  )
}

async function tributary(args: readonly string[], now: Date): Promise<void> {
  const { status, stderr } = await runCli(args, installation.env, { now: () => now })
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
}

/** Looks at the window that ends so many hours after the newest one. */
async function look(hours: number): Promise<void> {
  const at = newest + hours * hour
  await tributary(['drift', 'run', '--as-of', iso(at), '--pipeline', file], new Date(at))
}

/** The service, as Prometheus is told to find it. */
async function startDrift(instance: string): Promise<ServiceProcess> {
  const service = startServiceProcess({
    service: 'drift',
    instance,
    directory,
    environment: {
      ...installation.env,
      REGISTRY_URL: inject('stack').registryUrl,
      TRIBUTARY_DRIFT_DELAY_MS: '0',
    },
  })
  const { host } = new URL(await service.url())
  writeFileSync(targets, JSON.stringify([{ targets: [host], labels: { service: 'drift' } }]))
  return service
}

async function startMonitoring(): Promise<void> {
  const webhook = await startWebhook()
  running.push(webhook)
  told = webhook.told
  const alertmanager = await startServer('alertmanager', [
    `--config.file=${hurriedRoutes(directory, webhook.url)}`,
    `--storage.path=${join(directory, 'alertmanager')}`,
    '--cluster.listen-address=',
  ])
  running.push(alertmanager)
  const rules = hurriedRules(directory)
  const config = hurriedPrometheus(directory, { rules, alertmanager: alertmanager.url, targets })
  const server = await startServer('prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'prometheus')}`,
    // What fires before Alertmanager was discovered is told again soon.
    '--rules.alert.resend-delay=1s',
  ])
  running.push(server)
  prometheus = server.url
}

const answerSchema = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
})
/** Values of the series that an expression gives now. */
async function ask(expr: string): Promise<readonly number[]> {
  const response = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expr)}`)
  const { result } = answerSchema.parse(await response.json()).data
  return result.map(({ value: [, value] }) => Number(value))
}

beforeAll(async () => {
  if (missing !== null) return
  installation = await createTestInstallation()
  const { clickhouse, kafka, prefix } = installation
  writeFileSync(file, pipeline)
  await migrateColumns(clickhouse, loadDefinition(pipeline, definitionVersion(1)))
  await installation.createTopics(1)
  const admin = await kafka.admin()
  const topic = topicName(prefix, 'drift.alerts')
  const config = topicSettings(topicSpec('drift.alerts'))
  await admin.createTopics([{ topic, partitions: 1, replicationFactor: 1, config }])
  await admin.close()
  const registry = createRegistryClient({ url: inject('stack').registryUrl, credentials: null })
  await registerAll(registry, { prefix, withSources: false })
  await tributary(['deploy', file, '--by', 'ada'], new Date())
  // One source never stops; the other one is silent for the five hours before the newest window ends, and is back after that.
  await comes('shop', -12, 6)
  await comes('till', -12, -5)
  await comes('till', 0, 6)
  // What the service has to make up for begins here.
  await look(-9)
  await startMonitoring()
})
afterAll(async () => {
  if (missing !== null) return
  for (const one of running.toReversed()) await one.stop()
  const admin = await installation.kafka.admin()
  await admin.deleteTopics([topicName(installation.prefix, 'drift.alerts')])
  await admin.close()
  await installation.drop()
})
beforeEach(({ skip }) => {
  if (missing !== null) skip(missing)
})

const drifted = (status: 'firing' | 'resolved') =>
  told.flatMap(({ alerts, receiver }) =>
    alerts
      .filter((one) => one.labels['alertname'] === 'DataDrifted' && one.status === status)
      .map((alert) => ({ ...alert, receiver })),
  )

test('a source that falls silent is told to its owner, and so is that it is back', async () => {
  const before = await startDrift('before')
  try {
    await expect
      .poll(() => drifted('firing'), { timeout: 40_000, interval: 100 })
      .toMatchObject([
        {
          receiver: 'owners',
          labels: {
            installation: 'shop',
            kind: 'freshness',
            subject: 'web/till',
            severity: 'critical',
            owner: 'sources@shop.example',
            service: 'drift',
          },
          annotations: {
            summary: 'freshness web/till does not behave as it did',
            description: expect.stringContaining('tributary drift alerts') as unknown,
            runbook: 'docs/runbooks/DataDrifted.md',
          },
        },
      ])
    expect(drifted('resolved')).toEqual([])
  } finally {
    await before.stop()
  }
  // The silence ended in the first of them; three are calm, and one to spare. The service looks once a minute; one that begins looks at once, and no restart alone ends an alert.
  for (const hours of [1, 2, 3, 4, 5]) await look(hours)
  const after = await startDrift('after')
  try {
    await expect
      .poll(() => drifted('resolved').map(({ labels }) => labels['subject']), {
        timeout: 40_000,
        interval: 100,
      })
      .toEqual(['web/till'])
    // Not for want of a service to ask: the one that was started last has looked, and has nothing to tell of. By its clock the others are to come.
    const lastRun = async (): Promise<readonly boolean[]> =>
      (await ask('tributary_drift_last_run_timestamp_seconds')).map((at) => at >= newest / 1000)
    await expect.poll(lastRun, { timeout: 20_000 }).toEqual([true])
    expect(await ask('ALERTS{alertname="DataDrifted"}')).toEqual([])
    expect(await ask('tributary_drift_alert_since_timestamp_seconds')).toEqual([])
  } finally {
    await after.stop()
  }
  expect(new Set(drifted('firing').map(({ labels }) => labels['subject']))).toEqual(
    new Set(['web/till']),
  )
})

test('the watchdog is heard', () => {
  expect(told.map(({ receiver }) => receiver)).toContain('watchdog')
})
