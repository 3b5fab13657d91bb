import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createRowSink } from '#runtime/clickhouse/index.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import {
  eventRow,
  profileId,
  profileIdentifierRow,
  profileRow,
  segmentMembershipRow,
  segmentTransitionRow,
} from '../support/clickhouse/rows.ts'

const directory = mkdtempSync(join(tmpdir(), 'tributary-rules-'))
const file = join(directory, 'pipeline.yaml')

const segment = (name: string, enter: string, more = ''): string => `  - name: ${name}
    description: The segment <${name}> & others
    owner: ${name}@shop.example
    objective: Something for ${name}
    success_metric: {event: page_viewed, aggregation: rate, window: 7d, direction: up}
    review_by: ${name === 'silent' ? '2025-12-31' : '2026-06-30'}
    enter: '${enter}'
    purpose: service
${more}`

const text = (buyers: string): string => `purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
traits:
  - { name: country, type: string, purpose: service, description: Country }
features:
  - { name: orders, kind: count, events: [order_completed], purpose: service, description: Orders }
  - { name: pages, kind: count, events: [page_viewed], purpose: service, description: Pages }
  - { name: searches, kind: count, events: [searched], purpose: service, description: Searches }
segments:
${segment('buyers', buyers)}${segment('twin', 'searches >= 1')}${segment('keen', 'orders >= 2', '    group: loyalty\n    priority: 1\n')}${segment('regular', 'orders >= 1 && pages >= 0', '    group: loyalty\n    priority: 2\n')}${segment('few', 'orders > 100')}${segment('german', 'traits.country == "DE"')}${segment('silent', 'pages > 1000')}${segment('ghost', 'pages > 5000')}`

const now = (): Date => new Date('2026-03-02T00:00:00.000Z')
const day = 86_400_000
const iso = (ms: number): string => new Date(ms).toISOString()
const people = Array.from({ length: 600 }, (_, index) => index)
/** 300 buyers with one to three orders; countries and pages have nothing to do with it. */
const ordersOf = (index: number): number | null => (index < 300 ? 1 + (index % 3) : null)
const pagesOf = (index: number): number => (index * 7919) % 50
const isGerman = (index: number): boolean => (index * 31) % 97 < 48
const entryOf = (index: number): number => Date.parse('2026-01-15T12:00:00Z') + (index % 20) * day

const fragment = (index: number): string => `user_id:${String(index).padStart(22, 'a')}`
const transition = (index: number, at: number, to: 'entered' | 'exited') =>
  segmentTransitionRow({
    profile_id: profileId(index + 1),
    segment: 'buyers',
    version: String(at),
    at: iso(at),
    to,
  })

const view = (index: number, at: number) =>
  eventRow({
    fragment_id: fragment(index),
    version: String(at),
    event_id: `${index}-${at}`,
    event_key: `${index}-${at}`,
    channel: 'web',
    type: 'page_viewed',
    occurred_at: iso(at),
    received_at: iso(at),
  })

let installation: TestInstallation

beforeAll(async () => {
  installation = await createTestInstallation()
  await installation.createTopics(1)
  for (const [buyers, at] of [
    ['orders >= 7', '2025-10-01T00:00:00Z'],
    ['orders >= 1', '2025-12-24T00:00:00Z'],
    ['orders   >= 1', '2026-02-01T00:00:00Z'],
  ] as const) {
    writeFileSync(file, text(buyers))
    const deployed = await runCli(['deploy', file, '--by', 'ada', '--json'], installation.env, {
      now: () => new Date(at),
    })
    if (deployed.status !== 0) throw new Error(deployed.stderr)
  }
  const { segments } = loadDefinition(readFileSync(file, 'utf8'), definitionVersion(0))
  const hashes = new Map(segments.map(({ name, ruleHash }) => [name, ruleHash]))
  const member = (name: string, index: number, at: number, left: number | null = null) =>
    segmentMembershipRow({
      profile_id: profileId(index + 1),
      segment: name,
      member: left === null ? 1 : 0,
      entered_at: iso(at),
      exited_at: left === null ? null : iso(left),
      rule_hash: hashes.get(name) ?? '',
    })
  const longAgo = Date.parse('2025-06-01T00:00:00Z')
  const sink = createRowSink(installation.clickhouse)
  await sink.insert({
    profiles: people.map((index) =>
      profileRow({
        profile_id: profileId(index + 1),
        members: [fragment(index)],
        first_seen: '2025-01-01T00:00:00.000Z',
        consent: { service: 'basis' },
        f_orders: ordersOf(index),
        f_pages: pagesOf(index),
        f_searches: index < 297 ? 3 : null,
        t_country: isGerman(index) ? 'DE' : 'FR',
      }),
    ),
    profile_identifiers: people.map((index) =>
      profileIdentifierRow({
        fragment_id: fragment(index),
        birth_profile_id: profileId(index + 1),
        profile_id: profileId(index + 1),
      }),
    ),
    segment_memberships: people.flatMap((index) => [
      ...(index < 300 ? [member('buyers', index, entryOf(index))] : []),
      // In and out again.
      ...(index >= 300 && index < 350
        ? [member('buyers', index, entryOf(index), entryOf(index) + day)]
        : []),
      ...(index < 297 ? [member('twin', index, longAgo)] : []),
      ...((ordersOf(index) ?? 0) >= 2 ? [member('keen', index, longAgo)] : []),
      ...(ordersOf(index) === 1 ? [member('regular', index, longAgo)] : []),
      ...(index < 5 ? [member('few', index, longAgo)] : []),
      ...(isGerman(index) ? [member('german', index, longAgo)] : []),
      ...(index < 150 ? [member('silent', index, longAgo)] : []),
    ]),
    segment_transitions: [
      transition(599, longAgo, 'entered'),
      transition(599, longAgo + day, 'exited'),
      ...people.flatMap((index) => [
        ...(index < 350 ? [transition(index, entryOf(index), 'entered')] : []),
        ...(index >= 300 && index < 350 ? [transition(index, entryOf(index) + day, 'exited')] : []),
      ]),
    ],
    // Of those who entered half look at a page within a week, a tenth did before; of the others a quarter does every day.
    events: people.flatMap((index) => {
      if (index < 350)
        return [
          ...(index % 2 === 0 ? [view(index, entryOf(index) + day)] : []),
          ...(index % 10 === 0 ? [view(index, entryOf(index) - day)] : []),
        ]
      if (index % 4 !== 0) return []
      return Array.from({ length: 60 }, (_, n) => view(index, Date.parse('2026-01-01') + n * day))
    }),
  })
  await sink.close()
})
afterAll(async () => {
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

const run = (...args: string[]): Promise<CliResult> => runCli(args, installation.env, { now })

const effect = z.object({
  name: z.string(),
  measure: z.string(),
  effect: z.number(),
  value: z.string().nullable(),
  read: z.boolean(),
})
const mean = z.object({ mean: z.number() })
const ruleShown = z.looseObject({
  segment: z.string(),
  findings: z.array(z.object({ code: z.string() })),
  overlaps: z
    .array(z.looseObject({ both: z.unknown(), contained: z.unknown(), jaccard: z.unknown() }))
    .nullable(),
  differs: z.object({ homogeneous: z.boolean(), most: z.array(effect) }).nullable(),
  metric: z
    .looseObject({
      after: mean.nullable(),
      before: mean.nullable(),
      change: mean.nullable(),
      elsewhere: mean.nullable(),
    })
    .optional(),
})
const reportShown = z.looseObject({
  rules: z.array(ruleShown),
  unknown: z.array(z.string()),
  advice: z
    .array(z.object({ segment: z.string(), what: z.string(), reasons: z.array(z.string()) }))
    .optional(),
})
const reportOf = ({ stdout }: CliResult) => reportShown.parse(JSON.parse(stdout))
const shown = (result: CliResult): Map<string, z.infer<typeof ruleShown>> =>
  new Map(reportOf(result).rules.map((rule) => [rule.segment, rule]))
const codes = (rule: z.infer<typeof ruleShown> | undefined): readonly string[] =>
  rule?.findings.map(({ code }) => code) ?? []

describe('the audit', () => {
  test('says of each rule what is known of it', async () => {
    const result = await run('rules', file, '--json')
    expect(result).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(result.stdout)).toMatchObject({
      population: { size: 600, size_below: null },
      unknown: [],
    })
    const rules = shown(result)
    expect(rules.get('buyers')).toMatchObject({
      owner: 'buyers@shop.example',
      trigger: { enter: 'orders   >= 1', in_words: 'in when orders at least 1' },
      size: { size: 300, size_below: null },
      share: 0.5,
      decided_by_this_rule: true,
      // Blanks make no other rule: it is what it is since the second deploy.
      last_change: { version: 1, at: '2025-12-24T00:00:00.000Z', by: 'ada' },
      last_entry: iso(entryOf(19)),
      review_overdue_days: -120,
    })
    expect(rules.get('ghost')).toMatchObject({
      last_entry: null,
      ever_entered: false,
      decided_by_this_rule: null,
    })
  })

  test('tells the size of no small group, nor what would give it away', async () => {
    const few = shown(await run('rules', file, '--json')).get('few')
    expect(few).toMatchObject({
      size: { size: null, size_below: 10 },
      share: null,
      differs: null,
      last_entry: null,
    })
    const overlaps = few?.overlaps ?? []
    expect(overlaps.length).toBeGreaterThan(0)
    expect(overlaps.map(({ both, contained, jaccard }) => [both, contained, jaccard])).toEqual(
      overlaps.map(() => [{ size: null, size_below: 10 }, null, null]),
    )
    const table = await run('rules', file)
    expect(table.stdout).toMatch(/^few +few@shop\.example +<10 /m)
  })

  test('counts whom an earlier segment of the group takes, by the rules themselves', async () => {
    const rules = shown(await run('rules', file, '--json'))
    const wanted = people.filter((index) => (ordersOf(index) ?? 0) >= 2).length
    expect(rules.get('regular')).toMatchObject({
      overridden_by: [
        { segment: 'keen', touched: { size: wanted, size_below: null }, estimated: false },
      ],
    })
    expect(rules.get('keen')).toMatchObject({ overridden_by: [] })
  })

  test('tells differences by an effect size that agrees with counting pairs', async () => {
    const buyers = shown(await run('rules', file, '--json')).get('buyers')
    const differs = buyers?.differs
    const members = people.filter((index) => index < 300).map(pagesOf)
    const others = people.filter((index) => index >= 300).map(pagesOf)
    const sign = members.flatMap((a) => others.map((b) => Math.sign(a - b)))
    const delta = sign.reduce((sum, each) => sum + each, 0) / sign.length
    const pages = differs?.most.find(({ name }) => name === 'pages')
    expect(pages).toMatchObject({ measure: 'cliffs_delta', read: false })
    expect(pages?.effect).toBeCloseTo(delta, 6)
    // Nobody else searches: the share of those who do is what tells most.
    expect(differs?.most[0]).toMatchObject({
      name: 'searches',
      measure: 'cohens_h',
      value: 'is known',
    })
    expect(differs?.homogeneous).toBe(false)
  })

  test('without ClickHouse and Kafka says what it cannot know', async () => {
    const nowhere = { CLICKHOUSE_URL: 'http://127.0.0.1:9', KAFKA_BROKERS: '127.0.0.1:9' }
    const { status, stdout } = await runCli(['rules', file, '--json'], nowhere, { now })
    expect(status).toBe(0)
    const result = { status, stdout, stderr: '' }
    expect(reportOf(result).unknown).toHaveLength(2)
    expect(shown(result).get('buyers')).toMatchObject({
      size: null,
      overlaps: null,
      last_change: null,
      owner: 'buyers@shop.example',
    })
  })
})

describe('lint --live', () => {
  test('finds segments that are too small, too alike, like everybody or never entered, at their names', async () => {
    const rules = shown(await run('rules', file, '--json'))
    expect(codes(rules.get('buyers'))).toEqual([])
    expect(codes(rules.get('twin'))).toContain('segments_alike')
    expect(codes(rules.get('few'))).toContain('segment_too_small')
    expect(codes(rules.get('german'))).toContain('segment_homogeneous')
    expect(codes(rules.get('ghost'))).toContain('segment_never_fired')
    expect(codes(rules.get('keen'))).toContain('segment_contained')
    const lint = await run('lint', file, '--live', '--json')
    expect(lint.status).toBe(1)
    const found = z.object({ findings: z.array(z.unknown()) }).parse(JSON.parse(lint.stdout))
    expect(found.findings).toContainEqual(
      expect.objectContaining({
        code: 'segment_never_fired',
        path: 'segments[7].name',
        severity: 'warning',
      }),
    )
  })

  test('asks nothing without it, and says when nobody answers', async () => {
    const nowhere = { ...installation.env, CLICKHOUSE_URL: 'http://127.0.0.1:9' }
    const alone = await runCli(['lint', file, '--json'], nowhere, { now })
    expect(alone.stdout).not.toContain('segment_')
    const away = await runCli(['lint', file, '--live', '--json'], nowhere, { now })
    expect(away.status).toBe(3)
    expect(JSON.parse(away.stderr)).toMatchObject({ error: { code: 'TRB_CLICKHOUSE_UNAVAILABLE' } })
  })

  test('takes other limits', async () => {
    const lint = await run('lint', file, '--live', '--min-size', '5', '--alike', '1', '--json')
    expect(lint.stdout).not.toContain('segments_alike')
    expect((await run('lint', file, '--live', '--alike', '2', '--json')).status).toBe(2)
  })
})

describe('the review', () => {
  test('measures the success metric after entries, before them and elsewhere', async () => {
    const result = await run('review', file, '--json')
    expect(result).toMatchObject({ status: 1, stderr: '' })
    const buyers = shown(result).get('buyers')
    expect(buyers).toMatchObject({
      entries: { size: 350, size_below: null },
      exits: { size: 50, size_below: null },
      size: { size: 300, size_below: null },
      size_then: { size: null, size_below: 10 },
      metric: { verdict: 'better', entries: { size: 350, size_below: null } },
    })
    const { after, before, change, elsewhere } = buyers?.metric ?? {}
    expect(after?.mean).toBeCloseTo(0.5, 6)
    expect(before?.mean).toBeCloseTo(0.1, 6)
    expect(change?.mean).toBeCloseTo(0.4, 6)
    // Of the others, whoever looks at pages does every day.
    const others = people.filter((index) => index >= 350)
    const share = others.filter((index) => index % 4 === 0).length / others.length
    expect(elsewhere?.mean).toBeCloseTo(share, 6)
  })

  test('says what to retire and what to decide about, and why', async () => {
    const advice = reportOf(await run('review', file, '--json')).advice ?? []
    const of = (name: string) => advice.find((one) => one.segment === name)
    expect(of('buyers')).toBeUndefined()
    expect(of('ghost')).toMatchObject({ what: 'retire', reasons: ['nobody ever entered it'] })
    expect(of('twin')?.what).toBe('retire')
    expect(of('silent')?.reasons).toEqual([
      'nobody entered since 2025-06-01',
      'its review was due on 2025-12-31, 61 days ago: ask silent@shop.example',
    ])
  })

  test('writes a page that stands alone and takes every text as text', async () => {
    const page = join(directory, 'review.html')
    expect((await run('review', file, '--html', page)).stdout).toContain('Retire ghost')
    const html = readFileSync(page, 'utf8')
    expect(html).toContain('The segment &lt;buyers&gt; &amp; others')
    expect(html).not.toMatch(/<script|src=|https?:/)
    expect(html).toMatch(/color-scheme: light dark/)
    expect(html).toContain('@media print')
    expect((await run('review', file, '--html', page, '--json')).status).toBe(2)
  })

  test('needs ClickHouse', async () => {
    const nowhere = { ...installation.env, CLICKHOUSE_URL: 'http://127.0.0.1:9' }
    expect((await runCli(['review', file, '--json'], nowhere, { now })).status).toBe(3)
  })
})
