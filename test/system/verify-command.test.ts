import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRowSink, type RowSink } from '#runtime/clickhouse/index.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import type { EventRow, ProfileRow } from '#schemas/clickhouse/rows.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { profileIdentifierRow, profileRow } from '../support/clickhouse/rows.ts'
import { definitionText, testDefinition } from '../support/fold/definition.ts'
import { routedEvent } from '../support/fold/events.ts'
import { fragmentsAt, testPartition } from '../support/fold/partition.ts'

const hourMs = 3_600_000
const start = Date.parse('2026-03-01T00:00:00.000Z')
const features = `
features:
  - { name: views, description: Views, kind: count, events: [page_viewed], purpose: service }
  - { name: heat, description: Heat, kind: decayed_count, events: [page_viewed], half_life: 1h, purpose: service }
  - { name: pages, description: Pages, kind: decayed_topk, events: [page_viewed], key: properties.path, half_life: 1h, k: 3, purpose: service }
  - { name: spent, description: Spent, kind: sum, events: [order_completed], value: properties.total, currency: EUR, purpose: service }
  - { name: last_page, description: Last page, kind: last, events: [page_viewed], value: properties.path, purpose: service }
  - { name: seen_at, description: Seen, kind: last_seen, events: [page_viewed], purpose: service }
`

const directory = mkdtempSync(join(tmpdir(), 'tributary-verify-'))
let installation: TestInstallation
let sink: RowSink
/** What the fold wrote last of each profile. */
const written = new Map<string, ProfileRow>()
const eventRows: EventRow[] = []

beforeAll(async () => {
  installation = await createTestInstallation()
  sink = createRowSink(installation.clickhouse)
  await installation.createTopics(1)
  const file = join(directory, 'pipeline.yaml')
  writeFileSync(file, definitionText(features))
  const deployed = await runCli(['deploy', file, '--json'], installation.env)
  if (deployed.status !== 0) throw new Error(deployed.stderr)
  const version = definitionVersion(0)
  const log = testPartition({
    partition: 0,
    partitions: 1,
    definitions: [testDefinition(version, features)],
  })
  log.send(start, { kind: 'define', version }, { kind: 'definitions' })
  const people = fragmentsAt(0, 1, 3)
  for (let n = 0; n < 30; n += 1) {
    const event = routedEvent({
      id: `e${n}`,
      identifiers: [people[n % 3] ?? ''],
      // Late and out of order, as it comes.
      at: start + ((n * 7) % 30) * hourMs,
      receivedAt: start + 40 * hourMs,
      type: n % 5 === 0 ? 'order_completed' : 'page_viewed',
      properties: { path: `/p${n % 4}`, total: '9.90', currency: 'EUR' },
    })
    const { rows } = log.send(start + 40 * hourMs, { kind: 'event', event })
    for (const row of rows.profiles) written.set(row.profile_id, row)
    eventRows.push(...rows.events)
    await sink.insert(rows)
  }
})
afterAll(async () => {
  await sink.close()
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

const verify = (...args: string[]): Promise<CliResult> =>
  runCli(['verify', ...args, '--json'], installation.env)

test('profiles that the fold wrote are what their events say', async () => {
  const { status, stdout } = await verify('--sample', '10')
  expect(JSON.parse(stdout)).toEqual({ checked: 3, missing: 0, double: 0, mismatches: [] })
  expect(status).toBe(0)
})

test('where nothing is stored it says so, and is not content', async () => {
  const elsewhere = await createTestInstallation()
  try {
    const { status, stderr, stdout } = await runCli(['verify', '--json'], elsewhere.env)
    const warning = stderr.trim()
    expect(warning).toContain(`no profile is stored in ${elsewhere.clickhouse.database}`)
    const nothing = { checked: 0, missing: 0, double: 0, mismatches: [] }
    expect(JSON.parse(stdout)).toEqual({ ...nothing, warning })
    expect(status).toBe(1)
  } finally {
    await elsewhere.drop()
  }
})

test('a wrong value, a lost event and a doubled one are found', async () => {
  const [row = profileRow()] = written.values()
  const id = row.profile_id
  const views = Number(row['f_views'])
  const version = String(2n ** 63n)
  const wrong = { ...row, version, f_views: views + 1, events: row.events + 2 }
  const doubled = eventRows
    .filter(({ fragment_id }) => row.members.includes(fragment_id))
    .slice(0, 1)
  await sink.insert({
    profiles: [wrong],
    events: doubled.map((event) => ({ ...event, version })),
  })
  const { status, stdout } = await verify('--profile', id)
  expect(JSON.parse(stdout)).toMatchObject({ checked: 1, missing: 2, double: 1 })
  expect(stdout).toContain(
    `{"feature":"views","profile_id":"${id}","recomputed":${views + (doubled[0]?.type === 'page_viewed' ? 1 : 0)},"stored":${views + 1}}`,
  )
  expect(status).toBe(1)
})

test('a profile is known by the ids of those who were merged into it', async () => {
  const [row = profileRow()] = [...written.values()].slice(1)
  const old = '6ba7b810-9dad-51d1-80b4-00c04fd430c8'
  await sink.insert({
    profile_identifiers: [
      profileIdentifierRow({ birth_profile_id: old, profile_id: row.profile_id }),
    ],
  })
  const { status, stdout } = await verify('--profile', old.toUpperCase())
  expect(JSON.parse(stdout)).toEqual({ checked: 1, missing: 0, double: 0, mismatches: [] })
  expect(status).toBe(0)
})

test('a profile that is not there is exit 1, and nothing was verified', async () => {
  const { status, stderr, stdout } = await verify(
    '--profile',
    '00000000-0000-5000-8000-000000000000',
  )
  expect(status).toBe(1)
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TRB_NOT_FOUND' } })
  expect(stdout).toBe('')
})

test('what is no id is a mistake of whoever typed it', async () => {
  const { status, stderr, stdout } = await verify('--profile', 'zz')
  expect(status).toBe(2)
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'TRB_USAGE' } })
  expect(stdout).toBe('')
})
