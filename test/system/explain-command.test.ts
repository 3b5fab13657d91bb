import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRowSink, type RowSink } from '#runtime/clickhouse/index.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { definitionText, segmentEntry, testDefinition } from '../support/fold/definition.ts'
import { routedEvent } from '../support/fold/events.ts'
import { birth, fragmentsAt, testPartition } from '../support/fold/partition.ts'

const hour = 3_600_000
const start = Date.parse('2026-03-01T00:00:00.000Z')
const now = new Date(start + 30 * hour)

const body = `
features:
  - { name: views, description: Views, kind: count, events: [page_viewed], purpose: service }
  - { name: heat, description: Heat, kind: decayed_count, events: [page_viewed], half_life: 1d, purpose: service }
  - { name: today, description: Views of a day, kind: window_count, events: [page_viewed], window: 24h, purpose: service }
  - { name: largest, description: Largest, kind: max, events: [order_completed], value: properties.total, currency: EUR, purpose: service }
segments:
${segmentEntry('keen', 'priority: 1\n    enter: views >= 3 && heat >= 0.5\n    group: mood')}
${segmentEntry('curious', 'priority: 2\n    enter: views >= 1\n    group: mood')}
${segmentEntry('busy', 'priority: 3\n    enter: today >= 3 && (largest > 10.0 || heat > 5)')}
`

const directory = mkdtempSync(join(tmpdir(), 'tributary-explain-'))
let installation: TestInstallation
let sink: RowSink
let ada = ''

beforeAll(async () => {
  installation = await createTestInstallation()
  sink = createRowSink(installation.clickhouse)
  await installation.createTopics(1)
  const file = join(directory, 'pipeline.yaml')
  writeFileSync(file, definitionText(body))
  const deployed = await runCli(['deploy', file, '--json'], installation.env)
  if (deployed.status !== 0) throw new Error(deployed.stderr)
  const version = definitionVersion(0)
  const definitions = [testDefinition(version, body)]
  const log = testPartition({ partition: 0, partitions: 1, definitions })
  log.send(start, { kind: 'define', version }, { kind: 'definitions' })
  const [person] = fragmentsAt(0, 1, 1)
  if (person === undefined) throw new Error('nobody')
  ada = birth(person)
  for (let n = 0; n < 3; n += 1) {
    const at = start + n * hour
    const event = routedEvent({ id: `e${n}`, identifiers: [person], at })
    await sink.insert(log.send(at, { kind: 'event', event }).rows)
  }
  await sink.insert(log.send(now.getTime(), { kind: 'tick' }, null).rows)
})
afterAll(async () => {
  await sink.close()
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

const explain = (...args: string[]): Promise<CliResult> =>
  runCli(['explain', ...args], installation.env, { now: () => now })

test('it says why somebody is in, and when time alone will end it', async () => {
  const { status, stdout } = await explain(ada, 'keen', '--json')
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    profile_id: ada,
    segment: 'keen',
    member: true,
    since: '2026-03-01T02:00:00.000Z',
    decided_by: 'enter',
    rule_version: '0',
    differing: [],
    enter: {
      kind: 'and',
      verdict: true,
      parts: [
        { text: 'views >= 3', verdict: true, decides: true, reads: [{ name: 'views', value: 3 }] },
        { text: 'heat >= 0.5', verdict: true, decides: true },
      ],
    },
    // 2.92 at two o'clock, and half of that each day: below a half after 2.5 days.
    next_change: { to: 'exited' },
  })
  expect(stdout).toMatch(/"next_change":\{"at":"2026-03-03T1/)
})

test('it says which segment of the group comes first', async () => {
  const { stdout } = await explain(ada, 'curious')
  expect(stdout).toContain(
    'not in: `enter` holds, but of the group mood keen comes first (priority 1 before 2)',
  )
  expect(stdout).toContain('keen lets it go')
  expect(stdout).toMatch(/by itself: entered at 2026-03-03T1/)
})

test('it says why not: what is too little, what is unknown, and what would do', async () => {
  const { stdout } = await explain(ada, 'busy')
  expect(stdout).toContain('not in: `enter` does not hold')
  expect(stdout).toContain('> false   today >= 3  [today 0]')
  expect(stdout).toContain('largest: never seen')
  expect(stdout).toContain('needs today >= 3, is 0: 3 more of page_viewed would do')
})

test('what nobody has is not found, and who looked is written down', async () => {
  const typo = await explain(ada, 'keem', '--json')
  expect(typo.status).toBe(1)
  expect(JSON.parse(typo.stderr)).toMatchObject({
    error: { code: 'TRB_NOT_FOUND', hint: 'Did you mean keen?' },
  })
  const nobody = await explain('user_id:AAAAAAAAAAAAAAAAAAAAAA', 'keen', '--json')
  expect(nobody.status).toBe(1)
  const entries = await installation.clickhouse.query<{ outcome: string; details: string }>(
    `SELECT outcome, details FROM audit_log FINAL WHERE command = 'explain' ORDER BY at, outcome`,
  )
  expect(entries.map(({ outcome }) => outcome).toSorted()).toEqual([
    'done',
    'done',
    'done',
    'failed',
    'failed',
  ])
  expect(entries.map(({ details }) => details).join()).toContain('keen')
})
