import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'

const pipeline = `purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
traits:
  - { name: country, type: string, purpose: service, description: Country }
features:
  - { name: web_activity, kind: decayed_count, events: [page_viewed], half_life: 7d, purpose: service, description: Pages }
segments:
  - name: keen
    description: Keen
    owner: keen@shop.example
    objective: Something
    success_metric: {event: page_viewed, aggregation: rate, window: 7d, direction: up}
    review_by: 2027-03-09
    enter: 'web_activity > 1.0'
    purpose: service
`
const directory = mkdtempSync(join(tmpdir(), 'tributary-drift-report-'))
const file = join(directory, 'pipeline.yaml')
const dayMs = 86_400_000
const asOf = (day: number): number => Date.parse('2026-03-03T00:00:00.000Z') + day * dayMs
const iso = (ms: number): string => new Date(ms).toISOString()
/** From this day on each page counts twice. */
const change = 8
const lastDay = 9
/** What people call a country. */
const hostile = '<img src=x onerror=alert(1)>'

let installation: TestInstallation

const drift = (day: number, ...args: string[]): Promise<CliResult> =>
  runCli(['drift', ...args], installation.env, { now: () => new Date(asOf(day) + 60_000) })

/** 4000 people anew as of a day, and its 1000 pages. */
async function lives(day: number): Promise<void> {
  const at = iso(asOf(day))
  const drawn = `(cityHash64(number, ${day}) % 1000000 + 1) / 1000001`
  for (const table of ['profiles', 'profile_history'])
    await installation.clickhouse.command(
      `INSERT INTO ${table} (profile_id, version, deleted, updated_at, first_seen, last_seen, events, members, definition, consent,
         f_web_activity, f_web_activity_ref_time, f_web_activity_half_life_ms, t_country)
       SELECT toUUID(concat('00000000-0000-4000-8000-', leftPad(toString(number), 12, '0'))), ${day + 1}, 0, '${at}', '${at}', '${at}', 1,
         ['email:a'], 1, map('service', 'basis'), -log(${drawn}) * ${day >= change ? 2 : 1}, '${at}', ${7 * dayMs}, {names:Array(String)}[1 + number % 2]
       FROM numbers(4000)`,
      { params: { names: ['DE', hostile] } },
    )
  const time = `fromUnixTimestamp64Milli(toInt64(${asOf(day) - dayMs} + 86400 * number), 'UTC')`
  await installation.clickhouse.command(
    `INSERT INTO events (fragment_id, partition, version, event_id, event_key, channel, source, type, occurred_at, received_at, log_time, machine, schema_id)
     SELECT concat('email:', toString(number)), 0, ${day} * 100000 + number, toString(number), '', 'web', 'segment', 'page_viewed', ${time}, ${time}, ${time}, '', 7
     FROM numbers(1000)`,
  )
}

const reported = z.object({
  as_of: z.string(),
  window_from: z.string(),
  windows: z.array(z.string()),
  verdicts: z.record(z.string(), z.number()),
  subjects: z.array(
    z.object({
      subject: z.string(),
      verdict: z.string(),
      standing: z.string(),
      why: z.string().nullable(),
      decided_by: z.string().nullable(),
      n_cur: z.number(),
      alert: z.object({ severity: z.string(), since: z.string() }).nullable(),
      figures: z.array(
        z.object({ reference: z.string(), n_ref: z.number(), psi_debiased: z.number().nullable() }),
      ),
      evidence: z.object({
        shape: z.string(),
        bins: z.array(z.object({ bin: z.string(), current: z.number() })).optional(),
        references: z.array(z.object({ as_judged: z.boolean().optional() })).optional(),
      }),
      course: z.array(z.object({ verdict: z.string().nullable() })),
    }),
  ),
  open: z.array(
    z.object({ subject: z.string(), told: z.boolean(), segments: z.array(z.string()) }),
  ),
  baselines: z.array(z.object({ in_force: z.boolean(), over: z.boolean() })),
  mutes: z.array(z.object({ subject: z.string(), reason: z.string() })),
})

async function report(day: number, ...more: string[]) {
  const { stderr, status, stdout } = await drift(day, 'report', '--json', ...more)
  expect(stderr).toBe('')
  return { status, ...reported.parse(JSON.parse(stdout)) }
}

beforeAll(async () => {
  installation = await createTestInstallation()
  writeFileSync(file, pipeline)
  await installation.createTopics(1)
  const deployed = await runCli(['deploy', file, '--by', 'ada'], installation.env)
  if (deployed.status !== 0) throw new Error(deployed.stderr)
})
afterAll(async () => {
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

test('without any window it says what measures one', async () => {
  const { status, stderr, stdout } = await drift(0, 'report')
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toContain('drift was never measured')
  expect(stderr).toContain('tributary drift run --as-of 0s')
})

test('after the first window everything is there, and nothing is known', async () => {
  for (let day = 0; day <= lastDay; day += 1) {
    await lives(day)
    await drift(day, 'run', '--as-of', iso(asOf(day)), '--pipeline', file)
  }
  const first = await report(lastDay, '--as-of', iso(asOf(0)))
  expect(first).toMatchObject({
    status: 0,
    as_of: iso(asOf(0)),
    windows: [iso(asOf(0))],
    open: [],
    baselines: [{ in_force: true, over: false }],
  })
  expect(first.verdicts).toMatchObject({ critical: 0, warn: 0, info: 0 })
  expect(first.subjects.find(({ subject }) => subject === 'feature:web_activity')).toMatchObject({
    verdict: 'insufficient_data',
    why: 'no window of the same weekday before it, and no baseline that is over',
  })
})

test('the newest window has what moved first, its figures as they were stored, its counts side by side', async () => {
  const now = await report(lastDay)
  expect(now).toMatchObject({ status: 1, as_of: iso(asOf(lastDay)) })
  expect(now.windows).toHaveLength(lastDay + 1)
  const [worst] = now.subjects
  expect(worst).toMatchObject({
    subject: 'feature:web_activity',
    verdict: 'critical',
    standing: 'critical',
    decided_by: 'weekday',
    n_cur: 4000,
    alert: { since: iso(asOf(change)) },
    figures: [{ reference: 'weekday', n_ref: 4000 }],
    evidence: { shape: 'distribution', references: [{ as_judged: true }] },
  })
  expect(worst?.evidence.bins?.reduce((sum, { current }) => sum + current, 0)).toBe(4000)
  expect(worst?.course.slice(-2)).toEqual([
    expect.objectContaining({ verdict: 'critical' }),
    expect.objectContaining({ verdict: 'critical' }),
  ])
  const [row] = await installation.clickhouse.query<{ psi: number }>(
    `SELECT psi_debiased AS psi FROM drift_metrics FINAL WHERE name = 'web_activity' AND as_of = {at:DateTime64(3)}`,
    { at: new Date(asOf(lastDay)) },
  )
  expect(worst?.figures[0]?.psi_debiased).toBe(row?.psi)
  expect(now.open).toMatchObject([
    { subject: 'feature:web_activity', told: true, segments: ['keen'] },
  ])
  const subjects = now.subjects.map(({ subject }) => subject)
  for (const one of [
    'trait:country',
    'volume:web/segment',
    'freshness:web/segment',
    'segment:keen',
  ])
    expect(subjects).toContain(one)
})

test('a window of before is as it was: its alert was not open yet', async () => {
  const before = await report(lastDay, '--as-of', iso(asOf(change) + 3_600_000))
  expect(before).toMatchObject({ status: 0, as_of: iso(asOf(change)), open: [] })
  expect(before.subjects[0]).toMatchObject({
    subject: 'feature:web_activity',
    verdict: 'critical',
    alert: null,
  })
  const { status, stderr } = await drift(lastDay, 'report', '--as-of', iso(asOf(-1)))
  expect(status).toBe(1)
  expect(stderr).toContain(`The first one that was measured ended at ${iso(asOf(0))}.`)
})

test('the text and the page say the same; the page is for its owner and shows names as text', async () => {
  expect(
    await drift(
      lastDay,
      'mute',
      'feature:web_activity',
      '--until',
      '2026-05-01',
      '--reason',
      'known',
    ),
  ).toMatchObject({ status: 0 })
  const page = join(directory, 'drift.html')
  const { status, stdout } = await drift(lastDay, 'report', '--html', page)
  expect(status).toBe(1)
  expect(stdout).toMatch(
    /^CRITICAL \(1\)\n {2}feature:web_activity +PSI \d\.\d{3} weekday +n 4,000 +of 4,000 weekday/m,
  )
  expect(stdout).toContain('feature:web_activity is muted until 2026-05-01 00:00')
  const text = readFileSync(page, 'utf8')
  expect(statSync(page).mode & 0o777).toBe(0o600)
  expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(text).not.toMatch(/<script|<img|https?:/)
  expect(text).toContain('muted since it was told, until 2026-05-01 00:00: known')
  const again = await drift(lastDay, 'report', '--html', page)
  expect(again.status).toBe(2)
  expect(again.stderr).toContain('it exists')
})
