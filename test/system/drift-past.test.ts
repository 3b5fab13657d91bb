import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answer, insertRows } from '#runtime/clickhouse/index.ts'
import { toIso } from '#runtime/time/iso.ts'
import { type Earlier, readEarlier } from '../../services/drift/core/measure/earlier.ts'
import { comparedOf } from '../../services/drift/core/run/compared.ts'
import { readEpisodes, readKnown } from '../../services/drift/core/run/known.ts'
import { overPasts } from '../../services/drift/core/run/pasts.ts'
import type { Asking } from '../../services/drift/core/run/question.ts'
import { covers, pastOf } from '../../services/drift/core/run/references.ts'
import { readSources } from '../../services/drift/core/run/sources.ts'
import type { Baseline } from '../../services/drift/core/store/baseline.ts'
import { snapshotRow } from '../../services/drift/core/store/rows.ts'
import {
  countOf,
  shareOf,
  type Snapshot,
  snapshot,
} from '../../services/drift/core/store/snapshot.ts'
import { placeAndType, subjectKey, subjectOfKey } from '../../services/drift/core/watch/signal.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'

// What a run reads of earlier windows, a few subjects at a time and counted by ClickHouse, beside what follows from all of their rows in memory.

const [hour, day] = [3_600_000, 86_400_000]
const windowMs = 6 * hour
const asOf = Date.parse('2026-06-01T00:00:00.000Z')
const recent = asOf - 28 * day

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => database.drop())

/** Numbers from 0 to 1, always the same ones. */
function drawing(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
const random = drawing(7)
const upTo = (n: number): number => Math.floor(random() * n)

const subjects = [
  'feature:spending',
  'feature:visits',
  'trait:country',
  "trait:o'clock \\ {as_of:Int64}",
  'volume:web/segment',
  'volume:web/segment page_viewed',
  'volume:web/segment custom:a b',
  'volume:crm/till',
  'volume:crm/till order_completed',
  'freshness:web/segment',
  'freshness:crm/till',
  'schema:web/segment',
  'machines:web/segment',
  'lag:profiles',
  'segment:keen',
  'segment:keen entered',
  'dead_letters:bad till',
  'rule:keen overdue for review',
].map(subjectOfKey)

function measured(at: number, subject: Snapshot['subject']): Snapshot {
  const meaning = random() < 0.02 ? 'new' : 'old'
  switch (subject.kind) {
    case 'feature':
    case 'trait': {
      const counts = Array.from({ length: 6 }, () => upTo(500))
      const isNumber = subject.kind === 'feature'
      return snapshot(at, subject, 'distribution', {
        edgesId: at < asOf - 40 * day ? 'before' : 'now',
        counts,
        rows: counts.reduce((sum, n) => sum + n, 0),
        nulls: counts.at(-1) ?? 0,
        zeros: upTo(50),
        fresh: isNumber ? 0 : (counts.at(-2) ?? 0),
        mean: isNumber ? random() * 10 : null,
        sd: isNumber ? random() : null,
        grid: isNumber
          ? Array.from({ length: 100 }, () => upTo(50) / 7).toSorted((a, b) => a - b)
          : [],
        meaning,
      })
    }
    case 'freshness':
    case 'lag':
      return snapshot(at, subject, 'freshness', {
        counts: [at - upTo(3) * windowMs, upTo(9) * hour],
        rows: upTo(3),
      })
    case 'schema':
      return snapshot(at, subject, 'set', { counts: [1, 2 + upTo(3)], rows: 1 })
    case 'rule':
      return snapshot(at, subject, 'fact', { counts: [upTo(2)] })
    case 'segment':
      return countOf(at, subject, upTo(300), meaning)
    default:
      return subject.name.includes(' ') || subject.kind === 'machines'
        ? shareOf(at, subject, upTo(40), 400)
        : countOf(at, subject, upTo(400), random() < 0.5 ? 'states traits' : '')
  }
}

/** Two months of windows, some of which are missing, and some twice as long. */
const windows = Array.from({ length: 240 }, (_, n) => asOf - n * windowMs)
const all = windows.flatMap((at) => subjects.map((subject) => measured(at, subject)))
const stored = all.filter(({ asOf: at }) => at === asOf || random() < 0.9)
const current = stored.filter(({ asOf: at }) => at === asOf)
const isLong = (one: Snapshot): boolean => one.asOf < asOf && one.asOf % (7 * windowMs) === 0
const baseline: Baseline = {
  id: 'b',
  edgesId: 'now',
  from: asOf - 50 * day,
  to: asOf - 35 * day,
  createdAt: 0,
  pinnedAt: 0,
  by: 'ada',
  reason: '',
}
const spans = { asOf, windowMs, baseline }
const isInSpans = (one: Snapshot): boolean =>
  one.asOf < asOf &&
  (one.asOf >= recent || (one.asOf >= baseline.from && one.asOf <= baseline.to)) &&
  !(isLong(one) && (one.shape === 'count' || one.shape === 'share'))
/** Of all rows at once, in the order of windows. */
const earlier = stored
  .filter(isInSpans)
  .toSorted((a, b) => a.asOf - b.asOf || (subjectKey(a.subject) < subjectKey(b.subject) ? -1 : 1))

beforeAll(async () => {
  const rows = stored.map((one) => snapshotRow(one, isLong(one) ? 2 * windowMs : windowMs))
  await insertRows(database.clickhouse, 'drift_snapshots', rows)
  await insertRows(database.clickhouse, 'drift_snapshots', rows.slice(0, 100))
})

const said = {
  labels: [
    {
      id: 'l',
      kind: 'incident',
      from: asOf - 7 * day,
      to: asOf - 6 * day,
      subjects: [],
      words: '',
    },
  ],
  incidents: [
    { from: asOf - 15 * day, to: asOf - 13 * day, subjects: ['feature:spending', 'trait:country'] },
    { from: asOf - 60 * day, to: asOf, subjects: ['volume:crm/till', 'freshness:crm/till'] },
  ],
}

describe('what subjects were before', () => {
  const counted: number[] = []
  /** @returns The same, and how many rows each question was answered with. */
  function* counting<Result>(course: Asking<Result>): Asking<Result> {
    let step = course.next()
    while (step.done !== true) {
      const rows = yield step.value
      counted.push(rows.length)
      step = course.next(rows)
    }
    return step.value
  }

  test.each([
    [1, 'one at a time'],
    [500, 'a few at a time'],
    [20_000, 'all at once'],
  ])('is what all rows say: at most %d rows, %s', async (most) => {
    const input = { ...spans, ...said, quantiles: true }
    counted.length = 0
    const read = await answer(
      database.clickhouse,
      counting(overPasts(current, input, (one, past) => comparedOf(one, past, windowMs), most)),
    )
    const past = pastOf(earlier, input)
    expect([...read.keys()]).toEqual(current.map(({ subject }) => subjectKey(subject)))
    for (const one of current) {
      const key = subjectKey(one.subject)
      const own = past(key)
      // Something is compared, or nothing is shown.
      expect([key, own.recent.length > 50, own.pinned.length > 20]).toEqual([key, true, true])
      expect([key, read.get(key)]).toEqual([key, comparedOf(one, own, windowMs)])
    }
    const ofOne = earlier.length / subjects.length + 50
    expect(Math.max(...counted)).toBeLessThanOrEqual(Math.max(most, ofOne))
  })

  test('has no quantiles where nobody looks at them, and the rest of it', async () => {
    const input = { ...spans, ...said, quantiles: false }
    const read = await answer(
      database.clickhouse,
      overPasts(current, input, (one, past) => ({ one, past })),
    )
    const { past } = read.get('feature:spending') ?? {}
    expect(past?.pinned.length).toBeGreaterThan(20)
    expect(past?.pinned.every(({ counts, grid }) => counts.length === 6 && grid.length === 0)).toBe(
      true,
    )
  })
})

/** What came in four weeks, of all rows. */
function earlierOf(alarming: readonly string[]): Earlier {
  const lastAt = new Map<string, number>()
  const names = {
    volume: new Set<string>(),
    dead_letters: new Set<string>(),
    lag: new Set<string>(),
  }
  for (const { asOf: at, counts, subject } of earlier) {
    const { kind, name } = subject
    const [first = 0] = counts
    if (kind === 'freshness' && first >= recent)
      lastAt.set(name, Math.max(lastAt.get(name) ?? 0, first))
    if (kind !== 'volume' && kind !== 'dead_letters' && kind !== 'lag') continue
    const came = first > (kind === 'lag' ? at - windowMs : 0)
    if ((came && at >= recent) || alarming.includes(subjectKey(subject))) names[kind].add(name)
  }
  const types = Map.groupBy(
    [...names.volume].filter((name) => placeAndType(name).type !== null),
    (name) => placeAndType(name).place,
  )
  return {
    lastAt,
    types: new Map(
      [...types].map(([place, own]) => [place, own.map((name) => placeAndType(name).type ?? '')]),
    ),
    letters: [...names.dead_letters],
    stages: [...names.lag],
  }
}

describe('what came before', () => {
  test('is what all rows say', async () => {
    expect(await answer(database.clickhouse, readEarlier(spans))).toEqual(earlierOf([]))
  })

  test('of each source is told of the types of features, and whether it states traits', async () => {
    const feature = { events: ['order_completed', 'custom:a b'] }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no more of a feature is read
    const features = [feature] as unknown as Parameters<typeof readSources>[1]
    const sources = await answer(database.clickhouse, readSources(spans, features))
    const told = sources.map(({ meaning, subject }) => `${subject.name}: ${meaning}`)
    expect(told.toSorted()).toEqual([
      'crm/till order_completed: ',
      'crm/till: states traits',
      'web/segment custom:a b: ',
      'web/segment: states traits',
    ])
  })
})

describe('what is looked for', () => {
  const at = asOf + 1000 * day
  const before = (days: number): number => at - days * day
  const course = (subject: string) => ({
    ...subjectOfKey(subject),
    as_of: toIso(before(1)),
    reference: 'none',
    version: '1',
    window_ms: day,
    recent: ['warn'],
    open_since: toIso(before(9)),
    opened_at: toIso(before(9)),
    open_severity: 'warn',
  })
  const of = (days: number, subject: string, ...counts: number[]): Snapshot =>
    snapshot(
      before(days),
      subjectOfKey(subject),
      subject.startsWith('volume') || subject.startsWith('dead') ? 'share' : 'freshness',
      { counts },
    )
  const look = async () =>
    answer(
      database.clickhouse,
      readEarlier({
        asOf: at,
        windowMs: day,
        baseline: { ...baseline, from: before(60), to: before(50) },
      }),
    )

  test('came in four weeks, whether or not it comes now, or has an alert', async () => {
    const rows = [
      of(1, 'volume:web/segment', 7),
      of(1, 'volume:web/segment custom:a b', 1, 100),
      of(1, 'volume:web/segment nothing lately', 0, 100),
      of(1, 'volume:web/segment alarming', 0, 100),
      of(55, 'volume:web/segment of the baseline', 9, 100),
      of(0, 'volume:web/segment of this window', 9, 100),
      of(2, 'dead_letters:bad x', 1, 100),
      of(3, 'freshness:web/segment', before(5), 0),
      of(2, 'freshness:web/segment', before(6), 0),
      // A source that has not come for four weeks is gone, whatever is still measured of its silence.
      of(1, 'freshness:crm/till', before(28), 0),
      of(1, 'freshness:crm/old', before(28) - 1, 0),
      // That a stage was looked for in vain is no report.
      of(1, 'lag:profiles', before(1), 0),
      of(1, 'lag:crm', before(2), day),
      of(1, 'lag:web', before(2), day),
    ]
    const open = ['volume:web/segment alarming', 'freshness:crm/old', 'lag:crm']
    await insertRows(
      database.clickhouse,
      'drift_snapshots',
      rows.map((one) => snapshotRow(one, day)),
    )
    await insertRows(database.clickhouse, 'drift_metrics', open.map(course))
    const found = await look()
    expect(found.types).toEqual(new Map([['web/segment', ['alarming', 'custom:a b']]]))
    expect(found.letters).toEqual(['bad x'])
    expect(found.lastAt).toEqual(
      new Map([
        ['crm/till', before(28)],
        ['web/segment', before(5)],
      ]),
    )
    expect(found.stages).toEqual(['crm', 'profiles'])
  })

  test('is so much of each source, though it made up a type with each event', async () => {
    await insertRows(
      database.clickhouse,
      'drift_snapshots',
      Array.from({ length: 3000 }, (_, n) =>
        snapshotRow(of(1 + (n % 20), `volume:web/flood ${n}`, 1, 100), day),
      ),
    )
    const { types } = await look()
    // Those that came first, as ever.
    expect(types.get('web/flood')?.length).toBe(200)
    expect(types.get('web/flood')?.slice(0, 2)).toEqual(['1019', '1039'])
    expect(types.get('web/segment')).toEqual(['alarming', 'custom:a b'])
  })
})

test('alerts are those that windows are left out because of, however many there were in between', async () => {
  const { clickhouse } = database
  const kinds = ['volume', 'freshness', 'feature'] as const
  const opened = Array.from({ length: 300 }, () => {
    const at = windows[upTo(windows.length)] ?? asOf
    return { at, subject: `s${upTo(20)}`, kind: kinds[upTo(3)] ?? 'volume', lasts: 1 + upTo(12) }
  })
  const rows = opened.flatMap(({ at, kind, lasts, subject }) =>
    Array.from({ length: lasts }, (_, n) => at + n * windowMs)
      .filter((end) => end < asOf)
      .map((end) => ({
        as_of: toIso(end),
        kind,
        name: subject,
        reference: 'none',
        version: '1',
        window_ms: windowMs,
        open_since: toIso(at - windowMs),
        opened_at: toIso(at),
        open_severity: 'critical',
      })),
  )
  await insertRows(clickhouse, 'drift_metrics', rows)
  const known = await clickhouse.query<{ kind: string; name: string; since: string; last: string }>(
    `SELECT kind, name, min(open_since) AS since, max(as_of) AS last FROM drift_metrics FINAL
     WHERE as_of >= fromUnixTimestamp64Milli(toInt64(${baseline.from}), 'UTC') AND as_of < fromUnixTimestamp64Milli(toInt64(${asOf}), 'UTC')
     GROUP BY kind, name, opened_at`,
  )
  const read = await answer(clickhouse, readEpisodes(spans))
  expect(read.length).toBeLessThan(known.length)
  const leftOut = (episodes: readonly { key: string; since: number; last: number }[]) =>
    windows
      .filter((at) => at >= recent || (at >= baseline.from && at <= baseline.to))
      .map((at) =>
        episodes
          .filter(({ key, last, since }) =>
            covers({ from: since - windowMs, to: last, subjects: [] }, key, at, windowMs),
          )
          .map(({ key }) => key)
          .toSorted(),
      )
  expect(leftOut(read.map((one) => ({ ...one, key: subjectKey(one.subject) })))).toEqual(
    leftOut(
      known.map((one) => ({
        key: subjectKey(one),
        since: Date.parse(one.since),
        last: Date.parse(one.last),
      })),
    ),
  )
})

test('labels are those of windows that are compared with, and of alerts that are open since', async () => {
  const label = (id: string, to: number) => ({
    label_id: id,
    version: '1',
    kind: 'incident',
    from: toIso(to - day),
    to: toIso(to),
    subjects: [],
    words: '',
    by: 'ada',
    removed: 0,
  })
  const at = asOf + 2000 * day
  await insertRows(database.clickhouse, 'drift_labels', [
    label('long ago', at - 40 * day),
    label('lately', at - 20 * day),
    label('still', at + day),
  ])
  const course = {
    as_of: toIso(at - day),
    reference: 'none',
    version: '1',
    window_ms: day,
  }
  await insertRows(database.clickhouse, 'drift_metrics', [
    { ...course, ...subjectOfKey('feature:calm') },
  ])
  const idsAt = async () =>
    (await answer(database.clickhouse, readKnown(at, day))).labels.map(({ id }) => id).toSorted()
  expect(await idsAt()).toEqual(['lately', 'still'])
  await insertRows(database.clickhouse, 'drift_metrics', [
    {
      ...course,
      ...subjectOfKey('feature:spending'),
      recent: ['warn'],
      open_since: toIso(at - 45 * day),
      opened_at: toIso(at - 44 * day),
      open_severity: 'warn',
    },
  ])
  expect(await idsAt()).toEqual(['lately', 'long ago', 'still'])
})
