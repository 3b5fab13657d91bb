import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createRowSink, type RowSink } from '#runtime/clickhouse/index.ts'
import { definitionVersion, type FragmentId } from '#runtime/event/ids.ts'
import type { SegmentTransitionRow } from '#schemas/clickhouse/rows.ts'
import type { RoutedEvent } from '#runtime/event/event.ts'
import { createTestInstallation, type TestInstallation } from '../support/cli/installation.ts'
import { type CliResult, runCli } from '../support/cli/run-cli.ts'
import { definitionText, segmentEntry, testDefinition } from '../support/fold/definition.ts'
import { routedEvent } from '../support/fold/events.ts'
import { fragmentsAt, type TestPartition, testPartition } from '../support/fold/partition.ts'

// What `deploy --dry-run` says beforehand is what then happens: a deploy and a rebuild of the same file are folded beside it.

const hour = 3_600_000
const start = Date.parse('2026-03-01T00:00:00.000Z')
const end = start + 60 * hour

const body = (heat: string, keen: string, more = '', segments = ''): string => `
features:
  - { name: views, description: Views, kind: count, events: [page_viewed], purpose: service }
  - { name: heat, description: Heat, kind: decayed_count, events: [page_viewed], half_life: ${heat}, purpose: service }
  - { name: searches, description: Searches, kind: count, events: [searched], purpose: service }
${more}
segments:
${segmentEntry('keen', keen)}
${segmentEntry('warm', 'enter: heat >= 2\n    exit: heat < 0.5')}
${segments}
`
const before = body('1d', 'enter: views >= 2')
/** A half-life longer, a rule tighter, a feature and a segment more. */
const after = body(
  '2d',
  'enter: views >= 4',
  '  - { name: recent, description: Lately, kind: window_count, events: [page_viewed], window: 7d, purpose: service }',
  segmentEntry('lately', 'enter: recent >= 3'),
)

const people = fragmentsAt(0, 1, 120)
/** Person n has n % 6 views, some hours apart, those of every second person long ago. */
const story: readonly { readonly at: number; readonly event: RoutedEvent }[] = people
  .flatMap((person: FragmentId, n) =>
    Array.from({ length: n % 6 }, (_, view) => {
      const at = start + view * (n % 2 === 0 ? 1 : 11) * hour + n
      return { at, event: routedEvent({ id: `e${n}.${view}`, identifiers: [person], at }) }
    }),
  )
  .toSorted((a, b) => a.at - b.at)

const count = z.number().nullable()
const figureSchema = z.object({ size: count, size_below: count, low: count, high: count })
const movesSchema = z.object({ entries: figureSchema, exits: figureSchema })
const foretoldSchema = z.object({
  people: z.object({
    segments: z.array(z.object({ segment: z.string(), deploy: movesSchema, rebuild: movesSchema })),
  }),
})

const version = definitionVersion(0)
const directory = mkdtempSync(join(tmpdir(), 'tributary-dry-run-'))

let installation: TestInstallation
let sink: RowSink
let log: TestPartition

beforeAll(async () => {
  installation = await createTestInstallation()
  sink = createRowSink(installation.clickhouse)
  await installation.createTopics(1)
  const deployed = await run(fileOf('before.yaml', before))
  if (deployed.status !== 0) throw new Error(deployed.stderr)
  log = testPartition({
    partition: 0,
    partitions: 1,
    definitions: [testDefinition(0, before), testDefinition(1, after)],
  })
  log.send(start, { kind: 'define', version }, { kind: 'definitions' })
  for (const { at, event } of story) await sink.insert(log.send(at, { kind: 'event', event }).rows)
  await sink.insert(log.send(end, { kind: 'tick' }, null).rows)
})
afterAll(async () => {
  await sink.close()
  await installation.drop()
  rmSync(directory, { recursive: true, force: true })
})

function fileOf(name: string, text: string): string {
  const file = join(directory, name)
  writeFileSync(file, definitionText(text))
  return file
}

const run = (file: string, ...args: string[]): Promise<CliResult> =>
  runCli(['deploy', file, ...args, '--json'], installation.env, { now: () => new Date(end) })

/** By segment: how many of these transitions are entries and exits. */
const moved = (rows: readonly SegmentTransitionRow[], name: string) => {
  const of = (to: string): number =>
    rows.filter((row) => row.segment === name && row.to === to).length
  return { entries: told(of('entered')), exits: told(of('exited')) }
}
/** Nine and nobody look the same. */
const told = (size: number): object => ({
  size: size < 10 ? null : size,
  size_below: size < 10 ? 10 : null,
  low: null,
  high: null,
})

test('it says feature by feature and rule by rule what a file changes, and which columns', async () => {
  const { status, stdout } = await run(fileOf('after.yaml', after), '--dry-run')
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    dry_run: true,
    notify: false,
    version: 0,
    changes: {
      features: [
        {
          name: 'heat',
          effect: 'new_version',
          fields: { half_life: { before: '1d', after: '2d' } },
        },
        { name: 'recent', effect: 'new', id_before: null },
      ],
      segments: [
        { name: 'keen', effect: 'rule', fields: { enter: { after: 'views >= 4' } } },
        { name: 'warm', effect: 'reads', reads: ['heat'] },
        { name: 'lately', effect: 'new', reads: ['recent'] },
      ],
      columns: { added: ['f_recent'], retired: [] },
    },
    people: { profiles: 100, sample: 100, exact: true, events_gone: told(0) },
  })
})

test('it says how many enter and leave by a deploy and by a rebuild, and that is what then happens', async () => {
  const { stdout } = await run(fileOf('after.yaml', after), '--dry-run')
  const foretold = foretoldSchema.parse(JSON.parse(stdout))
  const deployed = log.sendAll(
    end,
    [{ kind: 'define', version: definitionVersion(1) }, { kind: 'tick' }],
    { kind: 'definitions' },
  )
  const transitions = deployed.rows.segment_transitions
  expect(transitions.every(({ cause }) => cause === 'define')).toBe(true)

  const rebuilt = testPartition({
    partition: 0,
    partitions: 1,
    definitions: [testDefinition(1, after)],
  })
  rebuilt.send(start, { kind: 'define', version: definitionVersion(1) }, { kind: 'definitions' })
  for (const { at, event } of story) rebuilt.send(at, { kind: 'event', event })
  rebuilt.send(end, { kind: 'tick' }, null)
  const stored = await installation.clickhouse.query<{ profile_id: string; segment: string }>(
    'SELECT profile_id, segment FROM segment_memberships FINAL WHERE member = 1',
  )
  const isMember = (id: string, name: string): boolean =>
    stored.some(({ profile_id, segment: of }) => profile_id === id && of === name)
  const byRebuild = (name: string) => {
    const moves = rebuilt.state.profilesAfter(null, 200).map((id) => {
      const is = rebuilt.state.profile(id)?.segments.get(name)?.member === true
      return { in: is && !isMember(id, name), out: !is && isMember(id, name) }
    })
    return {
      entries: told(moves.filter((one) => one.in).length),
      exits: told(moves.filter((one) => one.out).length),
    }
  }
  expect(foretold.people.segments.map(({ segment: name }) => name)).toEqual([
    'keen',
    'lately',
    'warm',
  ])
  for (const { deploy, rebuild, segment: name } of foretold.people.segments) {
    expect({ name, ...deploy }).toEqual({ name, ...moved(transitions, name) })
    expect({ name, ...rebuild }).toEqual({ name, ...byRebuild(name) })
  }
  // The story moves enough people to be told.
  const figures = JSON.stringify(foretold.people.segments)
  expect(figures.match(/"size":\d+/g)?.length).toBeGreaterThan(3)
})

/** Each figure under what it counts. */
const figuresOf = (stdout: string): ReadonlyMap<string, z.infer<typeof figureSchema>> =>
  new Map(
    foretoldSchema
      .parse(JSON.parse(stdout))
      .people.segments.flatMap(({ deploy, rebuild, segment: name }) =>
        Object.entries({ deploy, rebuild }).flatMap(([by, { entries, exits }]) => [
          [`${by} ${name} entries`, entries] as const,
          [`${by} ${name} exits`, exits] as const,
        ]),
      ),
  )

test('of a sample it says so, with intervals that hold what is true of all', async () => {
  const file = fileOf('after.yaml', after)
  const { stdout } = await run(file, '--dry-run', '--sample', '60')
  expect(JSON.parse(stdout)).toMatchObject({
    people: { profiles: 100, sample: 60, exact: false },
  })
  const all = figuresOf((await run(file, '--dry-run')).stdout)
  const estimated = figuresOf(stdout)
  expect([...estimated.keys()]).toEqual([...all.keys()])
  for (const [what, { high, low, size_below: below }] of estimated) {
    const size = all.get(what)?.size ?? 0
    expect(size, `how many ${what}`).toBeGreaterThanOrEqual(low ?? 0)
    expect(size, `how many ${what}`).toBeLessThanOrEqual(high ?? below ?? 0)
  }
  // Of these an interval is told.
  expect([...estimated.values()].filter(({ low }) => low !== null).length).toBeGreaterThan(2)
  const shown = await runCli(['deploy', file, '--dry-run', '--sample', '60'], installation.env, {
    now: () => new Date(end),
  })
  expect(shown.stdout).toContain('100 profiles, 60 of them tried')
  expect(shown.stdout).toContain('tributary rebuild')
})

test('a file that nobody deployed tells no smaller groups than the one in force', async () => {
  const strict = await run(fileOf('strict.yaml', `${before}privacy: { min_group: 90 }\n`))
  expect(strict).toMatchObject({ status: 0, stderr: '' })
  const { stdout } = await run(fileOf('lax.yaml', after), '--dry-run')
  const { segments } = foretoldSchema.parse(JSON.parse(stdout)).people
  const figures = segments.flatMap(({ deploy, rebuild }) => [
    deploy.entries,
    deploy.exits,
    rebuild.entries,
    rebuild.exits,
  ])
  expect(figures.length).toBeGreaterThan(4)
  for (const figure of figures) expect(figure).toMatchObject({ size: null, size_below: 90 })
})
