import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRowSink } from '#runtime/clickhouse/index.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { deadLetterRow, eventRow } from '../support/clickhouse/rows.ts'

const directory = mkdtempSync(join(tmpdir(), 'tributary-quality-'))
let installation: TestInstallation

const anna = 'email:aaaaaaaaaaaaaaaaaaaaaa'

beforeAll(async () => {
  installation = await createTestInstallation()
  const sink = createRowSink(installation.clickhouse)
  const row = (n: number, more: Parameters<typeof eventRow>[0] = {}) =>
    eventRow({
      version: String(n),
      event_id: `e${n}`,
      source: 'mailgun',
      received_at: `2026-03-01T12:00:0${n}.000Z`,
      occurred_at: '2026-03-01T12:00:00.000Z',
      origin: 'raw/news/0/0',
      identifiers: [{ id: anna, blocked: '' }],
      ...more,
    })
  await sink.insert({
    events: [
      row(1, { properties: '{"campaign":"spring","url":null}', schema_id: 7 }),
      row(2, { properties: '{"campaign":"spring"}', schema_id: 8 }),
      row(3, { machine: 'privacy_proxy', flags: ['role_address'] }),
      row(4, { fragment_id: '', identifiers: [{ id: anna, blocked: 'builtin:test' }] }),
      row(5, {
        type: 'custom:list_cleaned',
        unknown_type: 1,
        properties: '{"list":"a"}',
      }),
      row(6, { received_at: '2026-01-01T00:00:00.000Z', machine: 'long ago' }),
    ],
    dead_letters: [
      deadLetterRow({
        topic: 'news',
        offset: 1,
        source: 'mailgun',
        reason: 'invalid_time',
        received_at: '2026-03-01T12:00:00.000Z',
      }),
      deadLetterRow({
        topic: 'channel.web',
        offset: 1,
        source: '',
        reason: 'unknown_source',
        received_at: '2026-03-01T12:00:00.000Z',
      }),
    ],
  })
  await sink.close()
})
afterAll(async () => {
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

const span = ['--since', '2026-03-01T00:00:00Z', '--until', '2026-03-02'] as const
const quality = (...args: string[]): Promise<CliResult> =>
  runCli(['quality', ...span, ...args], installation.env)

test('says of each source what came, what was refused, what is missing', async () => {
  const { status, stdout } = await quality('--json')
  expect(status).toBe(0)
  const report: unknown = JSON.parse(stdout)
  expect(report).toMatchObject({
    since: '2026-03-01T00:00:00.000Z',
    sources: [
      {
        channel: 'email',
        source: 'mailgun',
        events: 5,
        dead_letters: 1,
        dead_letter_share: 1 / 6,
        by_reason: { invalid_time: 1 },
        unattributed_share: 0.2,
        machine_share: 0.2,
        by_machine: { privacy_proxy: 1 },
        unknown_types: { 'custom:list_cleaned': 1 },
        flags: { role_address: 1 },
        identifiers: { email: 1 },
        blocked: { 'builtin:test': 1 },
        null_rates: { campaign: 0.5, list: 0 },
        freshness: {
          newest_received_at: '2026-03-01T12:00:05.000Z',
          newest_occurred_at: '2026-03-01T12:00:00.000Z',
        },
        schemas: [
          { id: 7, events: 1, first_seen_at: '2026-03-01T12:00:01.000Z' },
          { id: 8, events: 1, last_seen_at: '2026-03-01T12:00:02.000Z' },
        ],
      },
      { channel: 'web', source: 'unknown', events: 0, dead_letters: 1, dead_letter_share: 1 },
    ],
  })
})

test('people read a paragraph per source', async () => {
  const { stdout } = await quality('--channel', 'email')
  expect(stdout).toContain(
    'email mailgun: 5 events, 1 dead letters (16.7 %), 20.0 % by machines, 20.0 % without a usable identifier',
  )
  expect(stdout).toContain('  fields missing campaign 50.0 %')
  expect(stdout).not.toContain('web unknown')
})

test('a source of the pipeline file that is silent is shown as silent', async () => {
  const file = join(directory, 'pipeline.yaml')
  writeFileSync(
    file,
    `purposes: { service: Service }
sources:
  - { channel: crm, topics: [channel.crm], format: json, source: hubspot }
`,
  )
  const { stdout } = await quality('--pipeline', file)
  expect(stdout).toContain('crm hubspot: 0 events, 0 dead letters (–)')
  expect(stdout).toContain('nothing received in this time')
})

test('a share of dead letters above the limit is a finding', async () => {
  expect((await quality('--source', 'mailgun', '--fail-above', '20')).status).toBe(0)
  expect((await quality('--source', 'mailgun', '--fail-above', '10')).status).toBe(1)
  const wrong = await quality('--fail-above', 'few', '--json')
  expect(wrong.status).toBe(2)
  expect(JSON.parse(wrong.stderr)).toMatchObject({ error: { code: 'TRB_USAGE' } })
})
