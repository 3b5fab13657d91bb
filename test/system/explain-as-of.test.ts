import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRowSink, type RowSink } from '#runtime/clickhouse/index.ts'
import { definitionVersion, type ProfileId } from '#runtime/event/ids.ts'
import type { Flush } from '../../services/profiles/core/fold/flush.ts'
import { flushRows } from '../../services/profiles/shell/flush/rows.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { definitionText, segmentEntry, testDefinition } from '../support/fold/definition.ts'
import { routedEvent } from '../support/fold/events.ts'
import { birth, fragmentsAt, testPartition } from '../support/fold/partition.ts'

const hour = 3_600_000
const start = Date.parse('2026-03-01T00:00:00.000Z')
const now = new Date(start + 60 * hour)
const at = (hours: number): string => new Date(start + hours * hour).toISOString()

const features = `
traits:
  - { name: tier, type: string, purpose: service, description: d }
features:
  - { name: views, description: Views, kind: count, events: [page_viewed], purpose: service }
  - { name: heat, description: Heat, kind: decayed_count, events: [page_viewed], half_life: 6h, purpose: service }
  - { name: today, description: Views of a day, kind: window_count, events: [page_viewed], window: 24h, purpose: service }
segments:`
const first = `${features}
${segmentEntry('keen', 'enter: heat >= 1.5\n    exit: heat < 1\n    priority: 1')}
${segmentEntry('gone', 'enter: views >= 1\n    priority: 2')}
${segmentEntry('gold', 'enter: traits.tier == "gold"\n    priority: 3')}
`
const second = `${features}
${segmentEntry('keen', 'enter: views >= 10\n    priority: 1')}
${segmentEntry('gold', 'enter: traits.tier == "gold"\n    priority: 3')}
`

const directory = mkdtempSync(join(tmpdir(), 'tributary-explain-'))
let installation: TestInstallation
let sink: RowSink
let ada: ProfileId
let stray: ProfileId

async function deploy(body: string): Promise<void> {
  const file = join(directory, 'pipeline.yaml')
  writeFileSync(file, definitionText(body))
  const { status, stderr, stdout } = await runCli(['deploy', file, '--json'], installation.env)
  if (status !== 0) throw new Error(stderr + stdout)
}

/** Two views at 0h and 1h, out by time at about 7h, in again at 10h; at 20h a cookie joins, at 40h comes another rule. */
beforeAll(async () => {
  installation = await createTestInstallation()
  sink = createRowSink(installation.clickhouse)
  await installation.createTopics(1)
  await deploy(first)
  await deploy(second)
  const versions = [definitionVersion(0), definitionVersion(1)] as const
  const definitions = [testDefinition(versions[0], first), testDefinition(versions[1], second)]
  const log = testPartition({ partition: 0, partitions: 1, definitions })
  const keep = async (flush: Flush) => sink.insert(flushRows(flush))
  await keep(log.send(start, { kind: 'define', version: versions[0] }, { kind: 'definitions' }))
  const [person, cookie] = fragmentsAt(0, 1, 2)
  if (person === undefined || cookie === undefined) throw new Error('nobody')
  ada = birth(person)
  stray = birth(cookie)
  const view = async (id: string, hours: number, who = person) => {
    const moment = start + hours * hour
    const traits = id === 'e0' ? { tier: 'gold' } : {}
    const event = routedEvent({ id, identifiers: [who], at: moment, traits })
    await keep(log.send(moment, { kind: 'event', event }))
  }
  await view('e0', 0)
  await view('e1', 1)
  await view('c0', 2, cookie)
  await keep(log.send(start + 9 * hour, { kind: 'tick' }, null))
  await view('e2', 10)
  await view('e3', 10.5)
  const joins = log.send(
    start + 20 * hour,
    { kind: 'assign', fragment: cookie, profile: ada },
    { kind: 'links' },
  )
  await keep(joins)
  for (const { body } of joins.frames.get(0) ?? [])
    await keep(log.send(start + 20 * hour, body, { kind: 'log', generation: 1, partition: 0 }))
  await keep(
    log.send(start + 40 * hour, { kind: 'define', version: versions[1] }, { kind: 'definitions' }),
  )
  await keep(log.send(start + 41 * hour, { kind: 'tick' }, null))
})
afterAll(async () => {
  await sink.close()
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

const about = (value: number): unknown => expect.closeTo(value, 3)
const saying = (text: string): unknown => expect.stringContaining(text)

let clock = now
const explain = (...args: string[]): Promise<CliResult> =>
  runCli(['explain', ...args], installation.env, { now: () => clock })
const told = async (...args: string[]): Promise<unknown> => {
  const { stderr, stdout } = await explain(...args, '--json')
  return JSON.parse(stdout === '' ? stderr : stdout)
}

test('somebody was in by the rule, the values and the entry of then, and left later', async () => {
  expect(await told(ada, 'keen', '--as-of', at(4))).toMatchObject({
    as_of: at(4),
    member: true,
    since: at(1),
    decided_by: 'exit',
    rule_version: '0',
    enter: { verdict: false, reads: [{ name: 'heat', value: about(1.337) }] },
    made_by: { to: 'entered', at: at(1), cause: 'event', rule_version: '0' },
    followed_by: { to: 'exited', cause: 'timer' },
    differing: [],
    not_kept: [],
  })
  expect(await told(ada, 'keen', '--as-of', at(8))).toMatchObject({
    member: false,
    made_by: { to: 'exited', cause: 'timer', because: { heat: about(1) } },
    followed_by: { to: 'entered', at: at(10) },
  })
})

test('what had not come is not in it, nor is who was somebody else', async () => {
  expect(await told(ada, 'gone', '--as-of', at(0.5))).toMatchObject({
    enter: { reads: [{ name: 'views', value: 1 }] },
  })
  expect(await told(stray, 'gone', '--as-of', at(4))).toMatchObject({ profile_id: stray })
  expect(await told(stray, 'gone', '--as-of', at(21))).toMatchObject({
    profile_id: ada,
    enter: { reads: [{ name: 'views', value: 5 }] },
  })
})

test('a rule is that of then, and a segment that there was not then is not found', async () => {
  expect(await told(ada, 'keen', '--as-of', at(45))).toMatchObject({
    rule_version: '1',
    decided_by: 'enter',
    enter: { text: 'views >= 10', verdict: false },
  })
  expect(await told(ada, 'gone', '--as-of', at(45))).toMatchObject({
    error: { code: 'TRB_NOT_FOUND', message: saying('version 1') },
  })
})

test('for people it says what made it so and what came next', async () => {
  const { stdout } = await explain(ada, 'keen', '--as-of', at(4))
  expect(stdout).toContain(`at ${at(4)}, as was known then, by version 0 of the pipeline file`)
  expect(stdout).toContain(`made so: entered at ${at(1)} by event, version 0: heat 1.89`)
  expect(stdout).toMatch(/what came next: exited at 2026-03-01T0\S+ by timer, version 0: heat/)
})

test('a time before the first event, and one that has not come, are said to be so', async () => {
  expect(await told(ada, 'keen', '--as-of', at(-1))).toMatchObject({
    error: { code: 'TRB_NOT_FOUND', hint: saying('retention.profile_history') },
  })
  expect(await told(ada, 'keen', '--as-of', at(61))).toMatchObject({
    error: { code: 'TRB_USAGE', message: saying('in the future') },
  })
})

test('who looked, and as of when, is written down', async () => {
  const entries = await installation.clickhouse.query<{ details: string }>(
    `SELECT details FROM audit_log FINAL WHERE command = 'explain' AND outcome = 'done'`,
  )
  expect(entries.map(({ details }) => details).join()).toContain(at(4))
})

test('what retention has taken is said, and what is left still answers', async () => {
  const { clickhouse } = installation
  await deploy(`${second}
retention: { events: 7300d, profile_history: 7300d, segment_transitions: 7300d, rebuild_loses: [views] }`)
  // Later than that by this clock alone: ClickHouse goes by its own, and takes what is taken here.
  clock = new Date('2050-01-01T00:00:00.000Z')
  const gone = async (table: string, condition: string) =>
    clickhouse.command(
      `DELETE FROM ${table} WHERE ${condition} SETTINGS lightweight_deletes_sync = 2`,
    )
  await gone('events', `event_id IN ('e0', 'e1', 'c0')`)
  await gone('segment_transitions', '1')
  await gone('profile_history', '1')
  const lost = await told(ada, 'gold', '--as-of', at(45))
  expect(lost).toMatchObject({
    member: true,
    since: at(0),
    made_by: null,
    followed_by: null,
    differing: ['traits.tier'],
    not_kept: [saying('3 of the 5 events'), saying('retention.segment_transitions')],
  })
  const shown = await runCli(
    ['profile', 'show', ada, '--as-of', at(45), '--json'],
    installation.env,
  )
  expect(JSON.parse(shown.stdout)).toMatchObject({
    profile_id: ada,
    traits: { tier: { value: 'gold' } },
  })
  expect(await told(ada, 'gold', '--as-of', at(4))).toMatchObject({
    error: { code: 'TRB_NOT_FOUND', hint: saying('retention.profile_history') },
  })
})
