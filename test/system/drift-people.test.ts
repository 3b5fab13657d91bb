import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answer, insertRows, migrateColumns } from '#runtime/clickhouse/index.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import { countCategorical } from '../../services/drift/core/bins/categorical-bins.ts'
import {
  countNumeric,
  numericEdges,
  quantileOf,
} from '../../services/drift/core/bins/numeric-bins.ts'
import { momentsOf } from '../../services/drift/core/metrics/wasserstein.ts'
import { freeze } from '../../services/drift/core/measure/freeze.ts'
import { asOfMs, populationOf } from '../../services/drift/core/measure/population.ts'
import { scan } from '../../services/drift/core/measure/scan.ts'
import { type Watched, watchedOf } from '../../services/drift/core/measure/watched.ts'
import type { Edges } from '../../services/drift/core/store/edges.ts'
import { gridLevels, type Snapshot } from '../../services/drift/core/store/snapshot.ts'
import { subjectKey } from '../../services/drift/core/watch/signal.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'

// The SQL that counts people, run by ClickHouse on tables whose counts are known beforehand or are counted again in plain code.

const asOf = Date.parse('2026-03-02T00:00:00.000Z')
const hourMs = 3_600_000

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => database.drop())

const number: Watched = {
  subject: { kind: 'feature', name: 'number' },
  look: 'number',
  value: 'x',
  meaning: 'm1',
}
const label: Watched = {
  subject: { kind: 'trait', name: 'label' },
  look: 'label',
  value: 'l',
  meaning: '',
}
const presence: Watched = {
  subject: { kind: 'trait', name: 'kept' },
  look: 'presence',
  value: 'l',
  meaning: '',
}
const numeric = (edges: readonly number[], zeros: boolean): Edges => ({
  kind: 'numeric',
  edgesId: 'e',
  subject: number.subject,
  edges,
  zeros,
})
const categorical = (categories: readonly string[], others: readonly string[]): Edges => ({
  kind: 'categorical',
  edgesId: 'e',
  subject: label.subject,
  categories,
  others,
})

/** A table of numbers and labels, each row once. */
const rowsOf = (
  rows: readonly { readonly x?: number | null; readonly l?: string | null }[],
): string =>
  rows.length === 0
    ? "(SELECT CAST(NULL, 'Nullable(Float64)') AS x, CAST(NULL, 'Nullable(String)') AS l WHERE 0)"
    : `(SELECT x, l FROM format(JSONEachRow, 'x Nullable(Float64), l Nullable(String)', '${rows
        .map((row) => JSON.stringify(row))
        .join('\n')
        .replaceAll('\\', '\\\\')
        .replaceAll("'", "\\'")}'))`

async function scanned(
  from: string,
  watched: readonly Watched[],
  edges: readonly Edges[],
  most?: number,
): Promise<readonly Snapshot[]> {
  const known = new Map(edges.map((one) => [subjectKey(one.subject), one]))
  return answer(database.clickhouse, scan(asOf, { from, id: 'x' }, watched, known, most))
}

describe('everybody’s numbers', () => {
  const values = [-1e300, -2, -0.5, 0, 0, 0, 0.5, 1, 1, 9.99, 10, 11, 1e300]
  const from = rowsOf([...values.map((x) => ({ x })), {}, {}, { x: null }])

  test.each([
    ['with a bin of zeros', [0.5, 1, 10], true],
    ['without one', [0, 1, 10], false],
    ['without edges', [], true],
    ['with edges that only exponents can tell', [-1e-300, 1e21, 1.5e300], false],
  ])('are in the bins that plain code has them in, %s', async (_, edges, zeros) => {
    const [one] = await scanned(from, [number], [numeric(edges, zeros)])
    expect(one?.counts).toEqual(countNumeric({ kind: 'numeric', edges, zeros }, values, 3))
    expect(one).toMatchObject({
      shape: 'distribution',
      edgesId: 'e',
      rows: 16,
      nulls: 3,
      zeros: 3,
      fresh: 0,
      meaning: 'm1',
    })
  })

  test('that are not finite are no values: they would make the mean none', async () => {
    const odd = `(SELECT arrayJoin([toNullable(1.), 3., nan, inf, -inf, NULL]) AS x)`
    const [one] = await scanned(odd, [number], [numeric([2], false)])
    expect(one).toMatchObject({ counts: [1, 1, 4], rows: 6, nulls: 4, mean: 2, sd: 1, zeros: 0 })
  })

  test('of nobody are no rows and no mean', async () => {
    const [one] = await scanned(rowsOf([]), [number], [numeric([2], true)])
    expect(one).toMatchObject({
      counts: [0, 0, 0, 0],
      rows: 0,
      nulls: 0,
      mean: null,
      sd: null,
      grid: [],
    })
  })

  test.each([500, 501, 699, 1000, 1999])(
    'have a grid whose %s values are those that plain code finds between two of them',
    async (n) => {
      // Each value thrice and more, out of order, with nulls in between.
      const sorted = Array.from({ length: n }, (_, place) => Math.floor(place / 3) ** 2 - 40)
      const [one] = await scanned(
        `(SELECT arrayJoin([toNullable(toFloat64(pow(intDiv(${n} - 1 - number, 3), 2) - 40)), NULL]) AS x FROM numbers(${n}))`,
        [number],
        [numeric([2], false)],
      )
      const grid = gridLevels.map((level) => quantileOf((place) => sorted[place] ?? 0, n, level))
      expect(one?.grid).toHaveLength(100)
      for (const [place, value] of grid.entries()) expect(one?.grid[place]).toBeCloseTo(value, 6)
    },
  )

  test('have a grid from five hundred on, whose mean and deviation are those of all', async () => {
    const many = Float64Array.from({ length: 1000 }, (_, n) => (n * n) / 1000)
    const [one] = await scanned(
      '(SELECT toNullable(number * number / 1000) AS x FROM numbers(1000))',
      [number],
      [numeric([2], false)],
    )
    const { mean, sd } = momentsOf(many)
    expect(one?.mean).toBeCloseTo(mean, 9)
    expect(one?.sd).toBeCloseTo(sd, 9)
    expect(one?.grid).toHaveLength(100)
    // Type 7: between the 4th and the 5th of a thousand.
    expect(one?.grid[0]).toBeCloseTo((4 ** 2 * 0.005 + 5 ** 2 * 0.995) / 1000, 9)
    const [few] = await scanned(
      '(SELECT toNullable(toFloat64(number)) AS x FROM numbers(499))',
      [number],
      [numeric([2], false)],
    )
    expect(few?.grid).toEqual([])
  })
})

describe('everybody’s labels', () => {
  const hostile = [
    "o'clock",
    'back\\slash',
    '{as_of:Int64}',
    '{}',
    '"',
    '`',
    '\\',
    "\\'",
    'a\nb\tc',
    '日本',
    'NULL',
    '?',
    '',
  ]

  test('are told apart whatever they are made of', async () => {
    const counts = new Map(hostile.map((name, place) => [name, place + 1]))
    counts.set('new', 3)
    const [top, others] = [hostile.slice(0, 8), hostile.slice(8)]
    const from = rowsOf([
      ...[...counts].flatMap(([l, n]) => Array.from({ length: n }, () => ({ l }))),
      {},
      {},
    ])
    const [one] = await scanned(from, [label], [categorical(top, others)])
    expect(one?.counts).toEqual(
      countCategorical({ kind: 'categorical', top, others: new Set(others) }, counts, 2),
    )
    expect(one).toMatchObject({ fresh: 3, nulls: 2, mean: null, grid: [] })
  })

  test('are all new where the edges name none', async () => {
    const [one] = await scanned(rowsOf([{ l: 'a' }, {}]), [label], [categorical([], [])])
    expect(one?.counts).toEqual([0, 1, 1])
  })

  test('that are kept are only there or not, and so is a column without edges', async () => {
    const from = rowsOf([{ l: 'a' }, { l: '' }, {}])
    const [kept, unfrozen] = await scanned(from, [presence, label], [])
    expect(kept).toMatchObject({ shape: 'share', counts: [1, 3], rows: 3, nulls: 1 })
    expect(unfrozen).toMatchObject({
      shape: 'distribution',
      edgesId: '',
      counts: [],
      rows: 3,
      nulls: 1,
    })
  })
})

const frozenOf = async (from: string, watched: readonly Watched[], least = 10, most?: number) =>
  answer(database.clickhouse, freeze(asOf, { from, id: 'x' }, watched, 'new', least, most))

describe('more values than are put in order', () => {
  const n = 200_000
  const most = 20_000
  const from = `(SELECT toNullable(toFloat64(number)) AS x FROM numbers(${n}))`

  test('are counted in their bins all the same, and of a tenth to a twentieth of them are the quantiles', async () => {
    const edges = numeric([10, 1000, 150_000], true)
    const [all] = await scanned(from, [number], [edges])
    const [drawn] = await scanned(from, [number], [edges], most)
    expect({ ...drawn, grid: [] }).toEqual({ ...all, grid: [] })
    // Of ten thousand drawn, within what one draw in a million exceeds.
    const furthest = Math.max(
      ...gridLevels.map((level, at) => Math.abs((drawn?.grid[at] ?? 0) / n - level)),
    )
    expect(furthest).toBeLessThan(Math.sqrt(Math.log(2e6) / (2 * (most / 2))))
    expect(furthest).toBeGreaterThan(0)
    expect(await scanned(from, [number], [edges], most)).toEqual([drawn])
  })

  test('leave a number alone that few of those people have', async () => {
    const few = `(SELECT if(number % 100 = 0, toFloat64(number), NULL) AS x FROM numbers(${n}))`
    const edges = numeric([2], false)
    expect(await scanned(few, [number], [edges], most)).toEqual(
      await scanned(few, [number], [edges]),
    )
  })

  test('have deciles of those drawn as their edges', async () => {
    const [one] = await frozenOf(from, [number], 10, most)
    const deciles = one?.kind === 'numeric' ? one.edges : []
    expect(deciles).toHaveLength(9)
    for (const [place, edge] of deciles.entries()) expect(edge / n).toBeCloseTo((place + 1) / 10, 1)
  })
})

describe('edges', () => {
  test('of numbers are those of plain code, with a bin of zeros where there are many', async () => {
    const plain = Float64Array.from({ length: 900 }, (_, n) => n + 1)
    const [one] = await frozenOf(
      '(SELECT if(number < 900, toFloat64(number + 1), NULL) AS x FROM numbers(1000))',
      [number],
    )
    expect(one).toEqual({ ...numericEdges(plain, 1000), edgesId: 'new', subject: number.subject })
    const many = Float64Array.from({ length: 1000 }, (_, n) => (n < 200 ? 0 : n))
    const [zeros] = await frozenOf(
      '(SELECT toNullable(if(number < 200, 0., toFloat64(number))) AS x FROM numbers(1000))',
      [number],
    )
    expect(zeros).toMatchObject({ ...numericEdges(many, 1000), zeros: true })
  })

  test('are frozen of five hundred values on, and infinities are none', async () => {
    expect(
      await frozenOf('(SELECT if(number < 499, toFloat64(number), inf) AS x FROM numbers(1000))', [
        number,
      ]),
    ).toEqual([])
    expect(
      await frozenOf('(SELECT toNullable(toFloat64(number)) AS x FROM numbers(500))', [number]),
    ).toHaveLength(1)
    expect(await frozenOf(rowsOf([]), [number, label])).toEqual([])
  })

  test('name categories that enough people have, most frequent first, whatever they are made of', async () => {
    const from = `(SELECT arrayElement(['o\\'clock', 'back\\\\slash', '{as_of:Int64}', 'rare'], multiIf(number < 400, 1, number < 600, 2, number < 700, 3, number < 709, 4, 5)) AS raw,
        if(raw = '', NULL, raw) AS l FROM numbers(1000))`
    expect(await frozenOf(from, [label])).toEqual([
      {
        kind: 'categorical',
        edgesId: 'new',
        subject: label.subject,
        categories: ["o'clock", 'back\\slash', '{as_of:Int64}'],
        others: [],
      },
    ])
  })

  test('have bins for fifty categories and know two hundred more', async () => {
    const [one] = await frozenOf(
      '(SELECT toNullable(toString(number % 300)) AS l FROM numbers(30000))',
      [label],
    )
    expect(one).toMatchObject({ kind: 'categorical' })
    expect(one?.kind === 'categorical' && [one.categories.length, one.others.length]).toEqual([
      50, 200,
    ])
  })
})

describe('as many columns as there may be', () => {
  const labels = Array.from(
    { length: 40 },
    (_, n): Watched => ({
      subject: { kind: 'trait', name: `l${n}` },
      look: 'label',
      value: `toNullable(concat('a label of twenty letters ', toString(number % 250), ' ${n}'))`,
      meaning: '',
    }),
  )
  const numbers = Array.from(
    { length: 40 },
    (_, n): Watched => ({
      subject: { kind: 'feature', name: `n${n}` },
      look: 'number',
      value: `toNullable(toFloat64(cityHash64(number, ${n}) % 1000))`,
      meaning: '',
    }),
  )
  const population = { from: 'numbers(5000)', id: 'number' }
  const watched = numbers.flatMap((one, n) => [one, labels[n] ?? one])

  test('are counted in several queries, which ClickHouse reads and has the memory for, as each is alone', async () => {
    const { clickhouse } = database
    const frozen = await answer(clickhouse, freeze(asOf, population, watched, 'e', 10))
    expect(frozen).toHaveLength(80)
    const edges = new Map(frozen.map((one) => [subjectKey(one.subject), one]))
    const together = await answer(clickhouse, scan(asOf, population, watched, edges))
    expect(together.map(({ subject }) => subject)).toEqual(watched.map(({ subject }) => subject))
    for (const [place, one] of watched.entries()) {
      if (place % 13 > 0) continue
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const [alone] = await answer(clickhouse, scan(asOf, population, [one], edges))
      expect(together[place]).toEqual(alone)
    }
  })

  test('a column of millions of texts has edges of those that people share, in half a gigabyte of memory', async () => {
    // Nine of ten are one person's.
    const from = `(SELECT toNullable(if(number % 10 = 0, concat('City ', toString(cityHash64(number) % 300)), concat('free text ', toString(cityHash64(number))))) AS l, number FROM numbers(6000000))`
    const course = freeze(asOf, { from, id: 'number' }, [label], 'e', 10)
    let step = course.next()
    while (step.done !== true) {
      const { params, sql } = step.value
      const memory = sql.includes('SETTINGS') ? ', max_memory_usage = 500000000' : ''
      // oxlint-disable-next-line no-await-in-loop -- the next question follows from the answer
      step = course.next(await database.clickhouse.query<object>(`${sql}${memory}`, params))
    }
    const counted = await database.clickhouse.query<{ l: string }>(
      `SELECT concat('City ', toString(cityHash64(number * 10) % 300)) AS l FROM numbers(600000) GROUP BY l ORDER BY count() DESC, l LIMIT 250`,
    )
    expect(step.value).toEqual([
      categorical(
        counted.slice(0, 50).map(({ l }) => l),
        counted.slice(50).map(({ l }) => l),
      ),
    ])
  })
})

describe('who is counted, and as of when', () => {
  const compiled = loadDefinition(
    `purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
traits:
  - { name: country, type: string, purpose: service, description: Country }
features:
  - { name: activity, kind: decayed_count, events: [page_viewed], half_life: 24h, purpose: service, description: Pages }
  - { name: last_visit, kind: last_seen, events: [page_viewed], purpose: service, description: Last visit }
`,
    definitionVersion(1),
  )
  const profile = (n: number, version: number, at: number, more: object) => ({
    profile_id: `00000000-0000-4000-8000-00000000000${n}`,
    version,
    deleted: 0,
    updated_at: toIso(at),
    members: ['email:a'],
    consent: { service: 'basis' },
    f_activity: 8,
    f_activity_ref_time: toIso(at),
    f_activity_half_life_ms: 24 * hourMs,
    f_last_visit: toIso(at),
    t_country: 'DE',
    ...more,
  })
  /** Values of everybody, by subject, sorted. */
  const valuesOf = async (present: boolean): Promise<Readonly<Record<string, unknown>>> => {
    const { columns, from } = populationOf(compiled, present)
    const watched = watchedOf(compiled, columns, asOfMs)
    const [row = {}] = await database.clickhouse.query<Record<string, unknown>>(
      `SELECT ${watched.map(({ subject, value }) => `arraySort(groupArray(tuple(${value}))) AS \`${subjectKey(subject)}\``).join(', ')} FROM ${from}`,
      { as_of: asOf },
    )
    return row
  }
  const yesterday = asOf - 24 * hourMs

  beforeAll(async () => {
    await migrateColumns(database.clickhouse, compiled)
    const rows = [
      profile(1, 1, yesterday, { f_activity: 100, t_country: 'XX' }),
      // Of two rows of one profile the later one, though they are not merged yet.
      profile(1, 2, yesterday, { members: ['email:a', 'cookie:b'] }),
      profile(2, 3, yesterday, {
        f_activity: null,
        f_last_visit: null,
        t_country: null,
        consent: {},
      }),
      profile(3, 4, yesterday, {}),
      profile(3, 5, yesterday, { deleted: 1 }),
    ]
    // oxlint-disable-next-line no-await-in-loop -- each a part of its own
    for (const row of rows)
      for (const table of ['profiles', 'profile_history'])
        await insertRows(database.clickhouse, table, [row])
    // What came after the as-of is not known then.
    const later = profile(1, 6, asOf + hourMs, {
      f_activity: 1000,
      t_country: 'FR',
      members: ['email:a'],
    })
    await insertRows(database.clickhouse, 'profile_history', [later])
  })

  const known = {
    // Half of it is left after a half-life.
    'feature:activity': [[4], [null]],
    'feature:last_visit': [[1], [null]],
    'trait:country': [['DE'], [null]],
    'identity:identifiers_per_profile': [[1], [2]],
    'consent:service': [['basis'], [null]],
  }

  test('the tables of now are read with their values moved to the as-of', async () => {
    expect(await valuesOf(true)).toEqual(known)
  })

  test('an older as-of reads what was known then', async () => {
    expect(await valuesOf(false)).toEqual(known)
    await insertRows(database.clickhouse, 'profiles', [
      profile(1, 6, asOf + hourMs, { t_country: 'FR' }),
    ])
    expect(await valuesOf(false)).toEqual(known)
  })
})
