import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { driftAlertCodec } from '#runtime/log/drift-alert-record.ts'
import { createRegistryClient, registerAll } from '#runtime/registry/index.ts'
import { createMetrics } from '#runtime/telemetry/index.ts'
import { topicName, topicSettings, topicSpec } from '#schemas/topics.ts'
import { runDue } from '../../services/drift/pipeline.ts'
import { createDriftMetrics } from '../../services/drift/shell/metrics.ts'
import { readToldAlerts } from '../../services/drift/shell/read-state.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { checkout } from '../world/demo/directory.ts'

const pipeline = (enter: string): string => `purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
traits:
  - { name: country, type: string, purpose: service, description: Country }
  - { name: first_name, type: string, purpose: service, keep: clear, description: First name }
features:
  - { name: web_activity, kind: decayed_count, events: [page_viewed], half_life: 7d, purpose: service, description: Pages }
  - { name: spending, kind: decayed_sum, events: [order_completed], value: properties.quantity, half_life: 30d, purpose: service, description: Spending }
  - { name: visits, kind: window_count, events: [page_viewed], window: 7d, purpose: service, description: Visits }
  - { name: best, kind: decayed_topk, events: [page_viewed], key: properties.category, half_life: 30d, purpose: service, description: Categories }
  - { name: pages, kind: count, events: [page_viewed], purpose: service, description: Pages ever }
  - { name: last_visit, kind: last_seen, events: [page_viewed], purpose: service, description: Last visit }
segments:
  - name: keen
    description: Keen
    owner: keen@shop.example
    objective: Something
    success_metric: {event: page_viewed, aggregation: rate, window: 7d, direction: up}
    review_by: 2026-03-09
    enter: '${enter}'
    purpose: service
`
const directory = mkdtempSync(join(tmpdir(), 'tributary-drift-'))
const file = join(directory, 'pipeline.yaml')

const dayMs = 86_400_000
const start = Date.parse('2026-03-02T00:00:00.000Z')
/** End of a day's window. */
const asOf = (day: number): number => start + (day + 1) * dayMs
const iso = (ms: number): string => new Date(ms).toISOString()
/** From this day on four things happen: somebody's page counts twice, and has no category in two of five; the till is silent; the rule of keen is another one. */
const change = 9
/** From this day on pages are counted once again. */
const mended = 12
const lastDay = 15

let installation: TestInstallation

const report = z.object({
  subjects: z.number(),
  insufficient_data: z.number(),
  alerts: z.array(
    z.object({
      subject: z.string(),
      severity: z.string(),
      words: z.string(),
      since: z.string(),
      closed_at: z.string().nullable(),
      told: z.boolean(),
      muted: z.string(),
      contributions: z.array(z.object({ bin: z.string() })),
      causes: z.array(z.object({ kind: z.string(), words: z.string() })),
      segments: z.array(z.string()),
      owner: z.string(),
    }),
  ),
})
type Report = z.infer<typeof report>

const drift = (day: number, ...args: string[]): Promise<CliResult> =>
  runCli(
    ['drift', ...args],
    { ...installation.env, REGISTRY_URL: inject('stack').registryUrl },
    { now: () => new Date(asOf(day) + 60_000) },
  )

async function run(day: number, ...more: string[]): Promise<Report> {
  const { stderr, stdout } = await drift(
    day,
    'run',
    '--as-of',
    iso(asOf(day)),
    '--pipeline',
    file,
    '--json',
    ...more,
  )
  expect(stderr).toBe('')
  return report.parse(JSON.parse(stdout))
}

/** Everybody anew as of a day: values are drawn by the day, so that nothing but chance differs between two. */
async function becomes(day: number): Promise<void> {
  const at = iso(asOf(day))
  const twice = day >= change && day < mended ? 2 : 1
  const orders = day >= change ? 0.5 : 1
  const drawn = (salt: number): string =>
    `(cityHash64(number, ${day}, ${salt}) % 1000000 + 1) / 1000001`
  for (const table of ['profiles', 'profile_history'])
    await installation.clickhouse.command(
      `INSERT INTO ${table} (profile_id, version, deleted, updated_at, first_seen, last_seen, events, members, definition, consent,
         f_web_activity, f_web_activity_ref_time, f_web_activity_half_life_ms, f_spending, f_spending_ref_time, f_spending_half_life_ms,
         f_visits, f_best, f_best_ref_time, f_best_half_life_ms, f_pages, f_last_visit, t_country, t_first_name)
       SELECT toUUID(concat('00000000-0000-4000-8000-', leftPad(toString(number), 12, '0'))), ${day + 1}, 0, '${at}', '${at}', '${at}', 1,
         arrayMap(n -> concat('email:', toString(n)), range(1 + number % 3)), 1, map('service', if(number % 5 = 0, 'unanswered', 'basis')),
         -log(${drawn(1)}) * ${twice}, '${at}', ${7 * dayMs}, if(number % 4 = 0, NULL, -log(${drawn(2)}) * 100 * ${orders}), '${at}', ${30 * dayMs},
         [(toDateTime64('${iso(asOf(day) - 1)}', 3, 'UTC'), toUInt64OrNull(toString(intDiv(cityHash64(number, ${day}, 3) % 100, 10))))],
         [(['shoes', 'hats', 'coats'][1 + cityHash64(number, ${day}, 4) % 3], 1.0)], '${at}', ${30 * dayMs}, ${day + 1},
         toDateTime64('${at}', 3, 'UTC') - toIntervalHour(cityHash64(number, ${day}, 5) % 72), ['DE', 'FR'][1 + number % 2], concat('Name ', toString(number % 20))
       FROM numbers(4000)`,
    )
}

/** A day's events: pages all day long, orders at the till until it falls silent; entries and links. */
async function comes(day: number): Promise<void> {
  const { clickhouse } = installation
  const from = asOf(day) - dayMs
  const at = (ms: number): string =>
    `fromUnixTimestamp64Milli(toInt64(${from} + ${ms} * number), 'UTC')`
  const sources = [
    ['web', 'segment', 'page_viewed', 2500],
    ...(day < change ? ([['crm', 'till', 'order_completed', 800]] as const) : []),
  ] as const
  for (const [channel, source, type, n] of sources)
    await clickhouse.command(
      `INSERT INTO events (fragment_id, partition, version, event_id, event_key, channel, source, type, occurred_at, received_at, log_time, machine, schema_id, properties)
       SELECT concat('email:${source}', toString(number)), 0, ${day} * 100000 + number, concat('${source}', toString(number)), '', '${channel}', '${source}', '${type}',
         ${at(Math.floor(dayMs / n))}, ${at(Math.floor(dayMs / n))}, ${at(Math.floor(dayMs / n))}, if(number % 50 = 0, 'bot', ''), 7,
         if('${type}' = 'page_viewed', if(number % 100 < ${day >= change ? 41 : 2}, '{}', '{"category":"shoes"}'), '{"quantity":1}')
       FROM numbers(${n})`,
    )
  await clickhouse.command(
    `INSERT INTO segment_transitions (profile_id, segment, version, seq, at, to, cause, rule_version, rule_hash)
     SELECT generateUUIDv4(), 'keen', ${day} * 100000 + number, 0, ${at(1000)}, 'entered', 'event', 1, '' FROM numbers(${day >= change ? 400 : 100})`,
  )
}

const days: Report[] = []

beforeAll(async () => {
  installation = await createTestInstallation()
  writeFileSync(file, pipeline('web_activity > 1.0'))
  await installation.createTopics(1)
  const deployed = await runCli(['deploy', file, '--by', 'ada'], installation.env)
  if (deployed.status !== 0) throw new Error(deployed.stderr)
  for (let day = 0; day <= lastDay; day += 1) {
    if (day === change) writeFileSync(file, pipeline('web_activity > 0.5'))
    await becomes(day)
    await comes(day)
    days.push(await run(day))
  }
})
afterAll(async () => {
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

const told = (day: number): ReadonlyMap<string, Report['alerts'][number]> =>
  new Map(days[day]?.alerts.map((one) => [one.subject, one]))

const including = (one: object): unknown => expect.arrayContaining([one])
const startingWith = (text: string): unknown =>
  expect.stringMatching(new RegExp(`^${RegExp.escape(text)}`))

test('is silent while nothing but chance and the date of a review changes', () => {
  const before = days.slice(0, change).flatMap(({ alerts }) => alerts)
  expect(before.map(({ subject }) => subject)).toEqual(['rule:keen overdue for review'])
})

test('what moved is an alert from the second window on, with where it moved, who reads it and who is told', () => {
  expect(told(change).has('feature:web_activity')).toBe(false)
  expect(told(change + 1).get('feature:web_activity')).toMatchObject({
    severity: 'critical',
    since: iso(asOf(change)),
    closed_at: null,
    told: true,
    contributions: [{ bin: startingWith('from 2.') }, {}, {}, {}, {}],
    causes: [],
    segments: ['keen'],
    owner: 'on-call',
  })
})

test('a silent source is told at once, and explains what is made of it', () => {
  expect(told(change).get('freshness:crm/till')).toMatchObject({ severity: 'critical', told: true })
  const cause = { kind: 'upstream', words: 'freshness crm/till (critical)' }
  for (const subject of ['feature:spending', 'volume:crm/till'])
    expect(told(change + 1).get(subject)).toMatchObject({
      told: false,
      causes: including(cause),
    })
})

test('a property that a source leaves out is told as that', () => {
  expect(told(change).has('nulls:web/segment page_viewed category')).toBe(false)
  expect(told(change + 1).get('nulls:web/segment page_viewed category')).toMatchObject({
    severity: 'critical',
    told: true,
    words: startingWith('nulls web/segment page_viewed category: from 1.02 % to 40.8 %'),
  })
})

test('a changed rule is named as what explains its entries', () => {
  expect(told(change + 1).get('segment:keen entered')).toMatchObject({
    words: `segment keen entered: from 100 to 400, since ${iso(asOf(change))}`,
    causes: including({ kind: 'definition', words: `its rule was changed (${iso(asOf(change))})` }),
    owner: 'keen@shop.example',
  })
})

test('three calm windows close an alert', () => {
  expect(told(mended + 1).size).toBe(0)
  expect(told(mended + 2).get('feature:web_activity')).toMatchObject({
    closed_at: iso(asOf(mended + 2)),
    told: true,
  })
})

test('of closed alerts the last ones are shown, as many as are asked for', async () => {
  await installation.clickhouse.command(
    `INSERT INTO drift_alerts (kind, name, opened_at, version, since, closed_at, severity)
     SELECT 'feature', concat('old ', toString(number)), toDateTime64('2001-01-01', 3, 'UTC'), 1, toDateTime64('2001-01-01', 3, 'UTC'),
       toDateTime64('2001-01-02', 3, 'UTC') + toIntervalDay(number), if(number = 0, 'critical', 'info') FROM numbers(3)`,
  )
  const shown = z.object({
    alerts: z.array(z.object({ subject: z.string(), closed_at: z.string().nullable() })),
    more: z.boolean(),
  })
  const list = async (...args: string[]) =>
    shown.parse(JSON.parse((await drift(lastDay, 'alerts', '--json', ...args)).stdout))
  const open = await list()
  expect([open.alerts.length > 0, open.more]).toEqual([true, false])
  const all = await list('--all')
  const closed = all.alerts.filter((one) => one.closed_at !== null)
  expect([closed.length > 1, all.more]).toEqual([true, false])
  expect(all.alerts.slice(0, open.alerts.length)).toEqual(open.alerts)
  const ends = closed.map((one) => one.closed_at ?? '')
  expect(ends).toEqual(ends.toSorted().toReversed())
  expect(await list('--all', '--limit', '1')).toEqual({
    alerts: [...open.alerts, ...closed.slice(0, 1)],
    more: true,
  })
})

test('a baseline of more windows than are compared with is refused', async () => {
  await installation.clickhouse.command(
    `INSERT INTO drift_snapshots (as_of, kind, name, version, window_ms, shape, edges_id)
     SELECT toDateTime64('2001-01-01 00:00:00', 3, 'UTC') + toIntervalHour(number), 'feature', 'old', number, 3600000, 'distribution', 'old' FROM numbers(10001)`,
  )
  const create = ['baseline', 'create', '--from', '2001-01-01', '--to']
  const refused = await drift(lastDay, ...create, '2003-01-01')
  expect(refused.status).toBe(2)
  expect(refused.stderr).toContain('10001 windows ended in that span')
  expect(await drift(lastDay, ...create, '2001-02-01')).toMatchObject({ status: 0 })
})

test('the same run again writes the same rows, and a dry run none', async () => {
  const { clickhouse } = installation
  const rows = async () =>
    Promise.all(
      ['drift_snapshots', 'drift_metrics', 'drift_alerts', 'drift_edges', 'drift_baselines'].map(
        async (table) => clickhouse.query<object>(`SELECT * FROM ${table} FINAL ORDER BY ALL`),
      ),
    )
  const before = await rows()
  const again = await run(change + 1)
  expect(again).toEqual(days[change + 1])
  // Between the ends of two windows it is the one that had ended.
  const midday = iso(asOf(change + 1) + dayMs / 2)
  const later = await drift(lastDay, 'run', '--as-of', midday, '--pipeline', file, '--json')
  expect(report.parse(JSON.parse(later.stdout))).toEqual(again)
  expect(await rows()).toEqual(before)
  await run(lastDay + 1, '--dry-run')
  expect(await rows()).toEqual(before)
})

test('no value that the file keeps of a person is in any row, and no category of few', async () => {
  const edges = await installation.clickhouse.query<{ name: string; categories: string[] }>(
    "SELECT name, categories FROM drift_edges FINAL WHERE kind = 'trait'",
  )
  expect(edges).toEqual([{ name: 'country', categories: ['DE', 'FR'] }])
})

test('a labelled incident leaves the references, a pinned baseline is one, a mute keeps it from those who would be told', async () => {
  const said = [
    await drift(
      lastDay,
      'label',
      'add',
      'pages counted twice',
      '--from',
      iso(asOf(change - 1)),
      '--to',
      iso(asOf(mended - 1)),
    ),
    await drift(
      lastDay,
      'baseline',
      'create',
      '--from',
      iso(asOf(0)),
      '--to',
      iso(asOf(change - 1)),
      '--json',
    ),
    await drift(
      lastDay,
      'mute',
      'freshness:web/segment',
      '--reason',
      'the shop is closed',
      '--until',
      '2026-05-01',
    ),
  ]
  expect(said.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
    said.map(() => ({ status: 0, stderr: '' })),
  )
  const { baselines } = z
    .object({ baselines: z.array(z.object({ id: z.string(), in_force: z.boolean() })) })
    .parse(JSON.parse(said[1]?.stdout ?? ''))
  const id = baselines[0]?.id ?? ''
  expect(await drift(lastDay, 'baseline', 'pin', id)).toMatchObject({ status: 0 })
  expect((await drift(lastDay, 'baseline', 'list')).stdout).toContain(`* ${id}`)
  expect((await drift(lastDay, 'label', 'list')).stdout).toContain('pages counted twice')
  expect((await drift(lastDay, 'alerts')).stdout).toContain('freshness crm/till')
})

const seriesOf = (subject: string): string =>
  `tributary_drift_alert_since_timestamp_seconds{kind="freshness",subject="${subject}",severity="critical",owner="on-call",service="drift"}`

test('the service makes up for missed windows in their order, and publishes what they open', async () => {
  const { clickhouse, env, kafka, prefix } = installation
  const topic = topicName(prefix, 'drift.alerts')
  const admin = await kafka.admin()
  const config = topicSettings(topicSpec('drift.alerts'))
  await admin.createTopics([{ topic, partitions: 1, replicationFactor: 1, config }])
  const registry = createRegistryClient({ url: inject('stack').registryUrl, credentials: null })
  const schemas = await registerAll(registry, { prefix, withSources: false })
  expect((await runCli(['deploy', file, '--by', 'ada'], env)).status).toBe(0)
  const published = async () => {
    const records = []
    for await (const batch of kafka
      .reader()
      .read({ topic, partition: 0 }, { from: 'start', untilEnd: true }))
      for (const { value } of batch.records)
        if (value !== null) records.push(driftAlertCodec.decode(value))
    return records
  }
  // By hand nobody is told, unless asked for.
  const again = await run(change)
  expect(again.alerts.length).toBeGreaterThan(0)
  expect(await published()).toEqual([])
  expect(await run(change, '--publish')).toEqual(again)
  expect(await published()).toMatchObject(
    again.alerts.map(({ severity, subject, words }) => ({
      asOf: asOf(change),
      severity,
      status: 'open',
      subject,
      words,
    })),
  )
  expect(
    await drift(change, 'run', '--as-of', iso(asOf(change)), '--publish', '--dry-run'),
  ).toMatchObject({ status: 2 })
  // Nothing moves but that the shop is silent on the second of two days, on which nobody ran anything.
  await becomes(lastDay + 1)
  await comes(lastDay + 1)
  await becomes(lastDay + 2)
  const producer = await kafka.producer()
  const metrics = createMetrics('drift')
  const ran: number[] = []
  const definition = loadDefinition(pipeline('web_activity > 0.5'), definitionVersion(1))
  const deps = {
    clickhouse,
    producer,
    alerts: { topic, schemaId: schemas.get('drift.alerts') ?? 0 },
    definition: async () => Promise.resolve(definition),
    metrics: createDriftMetrics(metrics),
    now: () => asOf(lastDay + 2) + 700_000,
    delayMs: 600_000,
    catchUpMax: 28,
    onRun: (at: number) => ran.push(at),
  }
  expect(await runDue(deps)).toBe(dayMs - 100_000)
  expect(ran).toEqual([asOf(lastDay + 1), asOf(lastDay + 2)])
  await runDue(deps)
  expect(ran).toHaveLength(2)
  const records = await published()
  expect(records.map(({ subject }) => subject)).not.toContain('feature:web_activity')
  expect(records.find(({ subject }) => subject === 'freshness:web/segment')).toMatchObject({
    status: 'open',
    severity: 'critical',
    told: false,
    muted: 'the shop is closed',
    segments: ['keen'],
  })
  const text = await metrics.text()
  expect(text).toContain(
    `tributary_drift_last_run_timestamp_seconds{service="drift"} ${asOf(lastDay + 2) / 1000}`,
  )
  expect(text).toContain(
    'tributary_drift_subject_severity{kind="freshness",subject="web/segment",service="drift"} 3',
  )
  // Of whom somebody is told has a series; what is muted has none, until the mute is over.
  expect(text).toContain(seriesOf('crm/till'))
  expect(text).not.toContain(seriesOf('web/segment'))
  const toldAt = async (time: string): Promise<readonly string[]> =>
    (await readToldAlerts(clickhouse, Date.parse(time), 100)).map(({ name }) => name)
  expect(await toldAt('2026-04-30T00:00:00Z')).not.toContain('web/segment')
  expect(await toldAt('2026-05-01T00:00:00Z')).toContain('web/segment')
  await producer.close()
  const portFile = join(directory, 'port')
  const service = spawn(process.execPath, [join(checkout, 'services/drift/main.ts')], {
    stdio: 'ignore',
    env: {
      ...env,
      REGISTRY_URL: inject('stack').registryUrl,
      TRIBUTARY_DRIFT_CATCH_UP: '1',
      TRIBUTARY_HTTP_PORT_FILE: portFile,
    },
  })
  const exited = once(service, 'exit')
  const served = async (path: string): Promise<string> => {
    const { url } = z.object({ url: z.string() }).parse(JSON.parse(readFileSync(portFile, 'utf8')))
    return (await fetch(`${url}${path}`)).text()
  }
  try {
    await expect
      .poll(async () => served('/metrics').catch(String), { timeout: 60_000, interval: 200 })
      .toMatch(/tributary_drift_run_seconds\{service="drift"\} \d/)
    await expect
      .poll(async () => served('/health'), { timeout: 30_000, interval: 200 })
      .toMatch(/^\{"status":"ok".*\{"name":"run","ok":true/)
  } finally {
    service.kill('SIGTERM')
  }
  expect(await exited).toEqual([0, null])
  await admin.deleteTopics([topic])
  await admin.close()
})
