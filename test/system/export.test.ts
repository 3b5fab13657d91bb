import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRowSink } from '#runtime/clickhouse/index.ts'
import { createRandom } from '../model/random.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import {
  dayMs,
  end,
  installationKey,
  iso,
  live,
  ms,
  type Name,
  people,
  pipeline,
  purposes,
  start,
} from '../support/export/lives.ts'
import { createNaiveJoin, type Expected, nobody } from '../support/export/naive-join.ts'
import { definitionText } from '../support/fold/definition.ts'

// Lives of forty people, and an export of hundreds of random rows: it must be what a naive join of the raw rows in memory says.

const directory = mkdtempSync(join(tmpdir(), 'tributary-export-'))
const path = (name: string): string => join(directory, name)
const random = createRandom(20_260_301)
const raw = live(random)
const naive = createNaiveJoin(raw)

let installation: TestInstallation
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  installation = await createTestInstallation()
  await installation.createTopics(1)
  writeFileSync(path('key'), installationKey)
  writeFileSync(path('pipeline.yaml'), definitionText(pipeline, undefined, purposes))
  env = { ...installation.env, TRIBUTARY_KEY_FILE: path('key') }
  const deployed = await runCli(['deploy', path('pipeline.yaml'), '--json'], env)
  if (deployed.status !== 0) throw new Error(deployed.stderr)
  const sink = createRowSink(installation.clickhouse)
  await sink.insert({
    events: raw.events,
    profile_identifiers: raw.identifiers,
    profile_identifier_history: raw.identifiers,
    profiles: raw.profiles,
    profile_history: raw.profiles,
    segment_transitions: raw.transitions,
    segment_memberships: raw.memberships,
  })
  await sink.close()
})
afterAll(async () => {
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

// The command.

const run = async (...args: readonly string[]): Promise<CliResult> =>
  runCli(['export', ...args, '--json'], env, { now: () => new Date(end + dayMs) })

let files = 0
const newFile = (): string => path(`out-${(files += 1)}.parquet`)

/** As any reader finds it, row after row. */
const rowsOf = async (file: string): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  installation.clickhouse.query(
    `SELECT * FROM format(Parquet, base64Decode('${readFileSync(file).toString('base64')}'))`,
  )

interface Asked {
  readonly name: Name
  readonly who: string
  readonly at: number
}
const anyAsked = (): Asked => {
  const { cookie, email, user } = random.pick(people)
  const name = random.pick([cookie, email, user])
  // Many at the very moment at which something happened, and one before it.
  const moment = random.pick(raw.events)
  const moments = [
    start + random.below(end - start),
    ms(moment.received_at),
    ms(moment.received_at) - 1,
    ms(random.pick(raw.identifiers).assigned_at),
    start - dayMs,
    end,
  ]
  return {
    name,
    who: random.pick([name.clear, name.fragment, name.birth]),
    at: random.pick(moments),
  }
}

const near = (value: number | null): unknown => (value === null ? null : expect.closeTo(value, 9))

function shown(expected: Expected, { at }: Asked, place: number): object {
  return {
    ...expected,
    row: String(place + 1),
    at: iso(at),
    views: expected.views === null ? null : String(expected.views),
    heat: near(expected.heat),
    spent: near(expected.spent),
    pages: expected.pages.map(([page, weight]) => ({ key: page, weight: near(weight) })),
  }
}

describe.each(['known_then', 'now'] as const)('with the identity %s', (identity) => {
  test('every row is what a naive join says, in the order of the file, rows that repeat included', async () => {
    const asked = Array.from({ length: 700 }, anyAsked)
    asked.push(...asked.slice(0, 30))
    const csv = path(`${identity}.csv`)
    writeFileSync(
      csv,
      `label,who,when\n${asked.map(({ who, at }) => `1,"${who}",${iso(at)}`).join('\n')}\n`,
    )
    const out = newFile()
    const result = await run(
      '--entities',
      csv,
      '--entity-column',
      'who',
      '--time-column',
      'when',
      '--out',
      out,
      '--identity',
      identity,
    )
    expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: '' })
    const expected = asked.map(({ name, at }) => naive[identity](name, at))
    const rows = await rowsOf(out)
    expect(rows).toHaveLength(asked.length)
    for (const [place, one] of asked.entries())
      expect(rows[place], `row ${place + 1}: ${one.who} at ${iso(one.at)}`).toEqual(
        shown(expected[place] ?? nobody, one, place),
      )
    // The history has what the question is about, or nothing was tested.
    const count = (is: (row: Expected) => boolean): number => expected.filter(is).length
    expect(count(({ profile_id: id }) => id === null)).toBeGreaterThan(5)
    expect(count(({ heat, views }) => views !== null && heat === null)).toBeGreaterThan(20)
    expect(count(({ segments }) => segments.length > 0)).toBeGreaterThan(50)
    expect(
      asked.filter(
        ({ name: { birth } }, place) =>
          ![null, birth].includes(expected[place]?.profile_id ?? null),
      ).length,
    ).toBeGreaterThan(30)
    expect(JSON.parse(result.stdout)).toMatchObject({
      identity,
      rows: asked.length,
      unknown: count(({ profile_id: id }) => id === null),
      people: { size_below: null },
      expired_before: null,
    })
  })
})

const csvOf = (name: string, rows: readonly string[]): string => {
  writeFileSync(path(name), `entity,at\n${rows.join('\n')}\n`)
  return path(name)
}
const everybody = people.map(({ user }) => `${user.clear},${iso(end)}`)

test('JSON lines do as well, and people whom nobody knows are rows without values', async () => {
  const lines = [
    ...people.map(({ user }) => user.clear),
    'email=nobody@example.org',
    'email=test@test.com',
  ]
  writeFileSync(
    path('entities.jsonl'),
    lines.map((entity) => `${JSON.stringify({ entity, at: iso(end), label: 1 })}\n`).join(''),
  )
  const out = newFile()
  const { status, stdout } = await run('--entities', path('entities.jsonl'), '--out', out)
  expect(status).toBe(0)
  const rows = await rowsOf(out)
  expect(rows).toHaveLength(42)
  expect(rows.slice(-2)).toMatchObject([{ profile_id: null }, { profile_id: null }])
  expect(JSON.parse(stdout)).toMatchObject({ rows: 42, people: { size_below: null } })
})

test('a few people do not leave, unless somebody says why; either is in the audit log, without anybody in it', async () => {
  const few = csvOf('few.csv', everybody.slice(0, 3))
  const out = newFile()
  const refused = await run('--entities', few, '--out', out)
  expect(refused.status).toBe(1)
  expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'TRB_GROUP_TOO_SMALL' } })
  expect(() => readFileSync(out)).toThrow('ENOENT')
  const allowed = await run(
    '--entities',
    few,
    '--out',
    out,
    '--allow-small-group',
    'case 17',
    '--by',
    'ada',
  )
  expect(allowed.status).toBe(0)
  expect(JSON.parse(allowed.stdout)).toMatchObject({ people: { size: null, size_below: 10 } })
  const entries = await installation.clickhouse.query<{ details: string; outcome: string }>(
    `SELECT actor, outcome, details FROM audit_log FINAL WHERE command = 'export'`,
  )
  expect(new Set(entries.map(({ outcome }) => outcome))).toEqual(new Set(['done', 'failed']))
  const told = entries.map(({ details }) => details).join('\n')
  expect(told).toContain('case 17')
  expect(told).toMatch(/"sha256":"[0-9a-f]{64}"/)
  expect(told).not.toContain('u0')
})

test('a row that cannot be read, or asks for the future, is named by its line alone, and nothing is written', async () => {
  const wrong = {
    'entity names nobody': 'ada@example.org,2026-01-02T00:00:00Z',
    'at is no time': 'email=ada@example.org,yesterday',
    'at is in the future': 'email=ada@example.org,2126-01-01T00:00:00Z',
  }
  for (const [message, row] of Object.entries(wrong)) {
    const out = newFile()
    const { status, stderr } = await run(
      '--entities',
      csvOf('wrong.csv', [...everybody, row]),
      '--out',
      out,
    )
    expect(status).toBe(2)
    expect(stderr).toContain(`line 42: ${message}`)
    expect(stderr).not.toContain('example.org,')
    expect(() => readFileSync(out)).toThrow('ENOENT')
  }
  const missing = await run('--entities', path('pipeline.yaml'), '--out', newFile())
  expect(missing.status).toBe(2)
})

test('a file that is there stays as it is, and nothing of an export stays in ClickHouse', async () => {
  writeFileSync(path('there.parquet'), 'mine')
  const { status } = await run(
    '--entities',
    csvOf('all.csv', everybody),
    '--out',
    path('there.parquet'),
  )
  expect(status).toBe(2)
  expect(readFileSync(path('there.parquet'), 'utf8')).toBe('mine')
  const left = await installation.clickhouse.query(
    `SELECT name FROM system.tables WHERE database = {database:String} AND name LIKE 'export\\_%'`,
    { database: installation.clickhouse.database },
  )
  expect(left).toEqual([])
})
