import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { migrateColumns } from '#runtime/clickhouse/index.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'

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
/** From this day on three things happen: somebody's page counts twice, the till is silent, the rule of keen is another one. */
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
  runCli(['drift', ...args], installation.env, { now: () => new Date(asOf(day) + 60_000) })

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
    ['web', 'segment', 'page_viewed', 2000],
    ...(day < change ? ([['crm', 'till', 'order_completed', 800]] as const) : []),
  ] as const
  for (const [channel, source, type, n] of sources)
    await clickhouse.command(
      `INSERT INTO events (fragment_id, partition, version, event_id, event_key, channel, source, type, occurred_at, received_at, log_time, machine, schema_id)
       SELECT concat('email:', toString(number)), 0, ${day} * 100000 + number, concat('${source}', toString(number)), '', '${channel}', '${source}', '${type}',
         ${at(Math.floor(dayMs / n))}, ${at(Math.floor(dayMs / n))}, ${at(Math.floor(dayMs / n))}, if(number % 50 = 0, 'bot', ''), 7
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
  const compiled = loadDefinition(pipeline('web_activity > 1.0'), definitionVersion(1))
  await migrateColumns(installation.clickhouse, compiled)
  for (let day = 0; day <= lastDay; day += 1) {
    if (day === change) writeFileSync(file, pipeline('web_activity > 0.5'))
    await becomes(day)
    await comes(day)
    days.push(await run(day))
  }
})
afterAll(async () => installation.drop())

const at = (day: number): ReadonlyMap<string, Report['alerts'][number]> =>
  new Map(days[day]?.alerts.map((one) => [one.subject, one]))

const including = (one: object): unknown => expect.arrayContaining([one])
const startingWith = (text: string): unknown =>
  expect.stringMatching(new RegExp(`^${RegExp.escape(text)}`))

test('is silent while nothing but chance and the date of a review changes', () => {
  const before = days.slice(0, change).flatMap(({ alerts }) => alerts)
  expect(before.map(({ subject }) => subject)).toEqual(['rule:keen overdue for review'])
})

test('what moved is an alert from the second window on, with where it moved, who reads it and who is told', () => {
  expect(at(change).has('feature:web_activity')).toBe(false)
  expect(at(change + 1).get('feature:web_activity')).toMatchObject({
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
  expect(at(change).get('freshness:crm/till')).toMatchObject({ severity: 'critical', told: true })
  const cause = { kind: 'upstream', words: 'freshness crm/till (critical)' }
  for (const subject of ['feature:spending', 'volume:crm/till'])
    expect(at(change + 1).get(subject)).toMatchObject({
      told: false,
      causes: including(cause),
    })
})

test('a changed rule is named as what explains its entries', () => {
  expect(at(change + 1).get('segment:keen entered')).toMatchObject({
    words: `segment keen entered: from 100 to 400, since ${iso(asOf(change))}`,
    causes: including({ kind: 'definition', words: `its rule was changed (${iso(asOf(change))})` }),
    owner: 'keen@shop.example',
  })
})

test('three calm windows close an alert', () => {
  expect(at(mended + 1).size).toBe(0)
  expect(at(mended + 2).get('feature:web_activity')).toMatchObject({
    closed_at: iso(asOf(mended + 2)),
    told: true,
  })
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
