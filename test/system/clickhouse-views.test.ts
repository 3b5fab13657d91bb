import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createRowSink,
  migrateColumns,
  pointQuery,
  type RowBatch,
  type RowSink,
} from '#runtime/clickhouse/index.ts'
import { tableNames } from '#schemas/clickhouse/keys.ts'
import type { TableName } from '#schemas/clickhouse/rows.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import { feature, trait } from '../support/clickhouse/definition.ts'
import {
  deadLetterRow,
  eventRow,
  profileId,
  profileIdentifierRow,
  profileRow,
  segmentMembershipRow,
  segmentTransitionRow,
} from '../support/clickhouse/rows.ts'

const dayMs = 86_400_000
const midnight = '2026-03-01T00:00:00.000Z'
const at = (days: number): string => new Date(Date.parse(midnight) + days * dayMs).toISOString()

const source = {
  features: [
    feature('engagement', 'decayed_count'),
    feature('interests', 'decayed_topk'),
    feature('revenue', 'sum', { currency: 'EUR' }),
    feature('events', 'count'),
    feature('orders_3d', 'window_count'),
    feature('spent_3d', 'window_sum', { currency: 'EUR' }),
    feature('pace', 'rate'),
    feature('affinity', 'affinity', { shape: 'shares' }),
    feature('scores', 'rfm', { shape: 'steps' }),
    feature('share', 'ratio', { shape: 'steps', unit: 'of all' }),
  ],
  traits: [trait('plan')],
}

let database: TestDatabase
let sink: RowSink

beforeAll(async () => {
  database = await createTestDatabase()
  sink = createRowSink(database.clickhouse)
  await migrateColumns(database.clickhouse, source)
})
afterAll(async () => {
  await sink.close()
  await database.drop()
})

async function refill(batch: RowBatch): Promise<void> {
  for (const table of tableNames) await database.clickhouse.command(`TRUNCATE TABLE ${table}`)
  await sink.insert(batch)
}

const decayed = (version: string, day: number, value: number): ReturnType<typeof profileRow> =>
  profileRow({
    version,
    updated_at: at(day),
    f_engagement: value,
    f_engagement_ref_time: at(day),
    f_engagement_half_life_ms: dayMs,
    f_interests: [['shoes', value]],
    f_interests_ref_time: at(day),
    f_interests_half_life_ms: dayMs,
    f_revenue: '12.3400',
    f_events: 9,
    t_plan: 'gold',
    trait_provenance: { plan: ['hubspot', 'declared', 'first', at(0)] },
  })

const eventsNow = (): Promise<readonly object[]> =>
  database.clickhouse.query('SELECT event_id, profile_id FROM events_now ORDER BY event_id')

const profilesAt = (day: number): Promise<readonly object[]> =>
  database.clickhouse.query('SELECT * FROM profiles_at(at = {at:DateTime64(3)})', {
    at: Date.parse(at(day)) / 1000,
  })

test('profiles_now decays to the time of the query, by the half-life that the row was made with', async () => {
  await refill({ profiles: [decayed('1', 0, 8)] })
  const [row] = await database.clickhouse.query<{ ratio: number; weight: number }>(
    `SELECT engagement / (8 * exp2(-dateDiff('millisecond', toDateTime64('2026-03-01', 3, 'UTC'), as_of) / 86400000)) AS ratio,
            interests[1].weight / engagement AS weight FROM profiles_now`,
  )
  expect(row?.ratio).toBeCloseTo(1, 9)
  expect(row?.weight).toBeCloseTo(1, 9)
})

test('a row that is newer than the time asked for is never amplified', async () => {
  await refill({ profiles: [decayed('1', 20_000, 8)] })
  expect(await database.clickhouse.query('SELECT engagement FROM profiles_now')).toEqual([
    { engagement: 8 },
  ])
})

test('what time moves in steps is read as of any time, from the row alone', async () => {
  const row = profileRow({
    version: '1',
    updated_at: at(0),
    f_orders_3d: [
      [at(-1), 1],
      [at(0), 3],
      [at(2), 0],
    ],
    f_spent_3d: [
      [at(0), '12.3400'],
      [at(2), '0.0000'],
    ],
    f_pace: 6,
    f_pace_first_at: at(-2),
    f_affinity: [
      ['shoes', 0.75],
      ['hats', 0.25],
    ],
    f_scores: [
      [at(0), '543'],
      [at(1), '443'],
    ],
    f_share: [
      [at(0), 0.5],
      [at(2), null],
    ],
  })
  await refill({ profiles: [row], profile_history: [row] })
  const affinity = [
    { key: 'shoes', share: 0.75 },
    { key: 'hats', share: 0.25 },
  ]
  expect(await profilesAt(0)).toMatchObject([
    { orders_3d: '3', spent_3d: 12.34, pace: 3, affinity, scores: '543', share: 0.5 },
  ])
  expect(await profilesAt(1)).toMatchObject([{ orders_3d: '3', pace: 2, scores: '443' }])
  expect(await profilesAt(4)).toMatchObject([
    { orders_3d: '0', spent_3d: 0, pace: 1, affinity, scores: '443', share: null },
  ])
  const [now] = await database.clickhouse.query<{ orders_3d: string; pace: number }>(
    'SELECT orders_3d, spent_3d, pace, scores, share FROM profiles_now',
  )
  expect(now).toMatchObject({ orders_3d: '0', spent_3d: 0, scores: '443', share: null })
  expect(now?.pace).toBeLessThan(0.5)
})

test('nothing is said of windows, rates and shares that a person has none of', async () => {
  await refill({ profiles: [profileRow({ version: '1' })] })
  expect(
    await database.clickhouse.query(
      'SELECT orders_3d, spent_3d, pace, affinity, scores, share FROM profiles_now',
    ),
  ).toEqual([
    { orders_3d: null, spent_3d: null, pace: null, affinity: [], scores: null, share: null },
  ])
})

// Its reference time is yet to come, so that no moment passes between the two answers.
const futureRow = (id: string, version: string, value: number, deleted: 0 | 1 = 0) => ({
  ...decayed(version, 20_000, value),
  profile_id: id,
  deleted,
  f_orders_3d: [[at(-1), value] as const],
  f_scores: [[at(0), '543'] as const],
  f_pace: null,
})
const belonging = (n: number, profile: string, version: string, deleted: 0 | 1 = 0) =>
  profileIdentifierRow({
    fragment_id: `email:${n}`,
    birth_profile_id: profileId(n),
    profile_id: profile,
    version,
    deleted,
  })
const timeless = (rows: readonly object[]) => rows.map((one) => ({ ...one, as_of: null }))

// A person who was seen to change, one who changed last by being merged away, one who is not there, and somebody else's rows around them.
test('the quick look-up of a person says what profiles_now says, or nothing where that says nothing', async () => {
  const [ada, gone, other] = [profileId(1), profileId(2), profileId(3)]
  // Each insert is a part of its own, and none is merged.
  await database.clickhouse.command('SYSTEM STOP MERGES profiles')
  await refill({
    profiles: [futureRow(ada, '2', 8), futureRow(gone, '1', 3), futureRow(other, '1', 1)],
  })
  for (const profile of [
    futureRow(ada, '1', 5),
    futureRow(gone, '2', 3, 1),
    futureRow(ada, '3', 6),
  ])
    await sink.insert({ profiles: [profile] })
  await sink.insert({
    profile_identifiers: [
      belonging(1, other, '1'),
      belonging(1, ada, '2'),
      belonging(2, gone, '1'),
      belonging(3, other, '1'),
      belonging(3, other, '2', 1),
    ],
  })
  const answer = async (by: 'identifier' | 'profile' | 'alias', n: number) =>
    database.clickhouse.query<{ as_of?: string }>(pointQuery(source, by), {
      fragment_id: `email:${n}`,
      old_profile_id: profileId(n),
      profile_id: profileId(n),
    })
  const same = async (id: string) =>
    database.clickhouse.query<object>('SELECT * FROM profiles_now WHERE profile_id = {id:UUID}', {
      id,
    })
  const shown = timeless(await same(ada))
  expect(shown).toMatchObject([{ version: '3', engagement: 6, plan: 'gold', scores: '543' }])
  for (const by of ['identifier', 'profile', 'alias'] as const) {
    expect(timeless(await answer(by, 1))).toEqual(shown)
    expect(await same(gone)).toEqual([])
    expect(await answer(by, 2)).toEqual([])
    expect(await answer(by, 9)).toEqual([])
  }
  // An identifier that was erased leads to nobody, though the profile is there.
  expect(await answer('identifier', 3)).toEqual([])
  expect(timeless(await answer('profile', 3))).toEqual(timeless(await same(other)))
  await database.clickhouse.command('SYSTEM START MERGES profiles')
  await database.clickhouse.command('OPTIMIZE TABLE profiles FINAL')
  expect(timeless(await answer('identifier', 1))).toEqual(shown)
  expect(await answer('profile', 2)).toEqual([])
})

test('a feature named like a fixed column keeps its prefix in the views', async () => {
  await refill({ profiles: [decayed('1', 0, 8)] })
  expect(await database.clickhouse.query('SELECT events, f_events FROM profiles_now')).toEqual([
    { events: '1', f_events: '9' },
  ])
})

test('profiles_at shows what was known then, decayed to then', async () => {
  await refill({ profile_history: [decayed('1', 0, 8), decayed('2', 2, 4)] })
  expect(await profilesAt(-1)).toEqual([])
  expect(await profilesAt(1)).toMatchObject([
    {
      version: '1',
      engagement: 4,
      interests: [{ key: 'shoes', weight: 4 }],
      revenue: 12.34,
      plan: 'gold',
      trait_provenance: {
        plan: { source: 'hubspot', kind: 'declared', party: 'first', at: at(0) },
      },
      as_of: at(1),
    },
  ])
  expect(await profilesAt(3)).toMatchObject([{ version: '2', engagement: 2 }])
})

test('profiles_at hides a profile from its deletion on, and shows it before', async () => {
  await refill({
    profile_history: [
      decayed('1', 0, 8),
      profileRow({ version: '2', deleted: 1, updated_at: at(2) }),
    ],
  })
  expect(await profilesAt(1)).toHaveLength(1)
  expect(await profilesAt(2)).toEqual([])
})

test('events follow their fragment to another profile, and show none after an erasure', async () => {
  await refill({
    events: [
      eventRow({ fragment_id: 'email:a' }),
      eventRow({ fragment_id: '', event_id: 'e2', version: '2' }),
    ],
    profile_identifiers: [profileIdentifierRow({ fragment_id: 'email:a' })],
  })
  const withoutFragment = { event_id: 'e2', profile_id: null }
  expect(await eventsNow()).toEqual([{ event_id: 'e1', profile_id: profileId(1) }, withoutFragment])
  await sink.insert({
    profile_identifiers: [
      profileIdentifierRow({ fragment_id: 'email:a', profile_id: profileId(7), version: '2' }),
    ],
  })
  expect(await eventsNow()).toEqual([{ event_id: 'e1', profile_id: profileId(7) }, withoutFragment])
  await sink.insert({
    profile_identifiers: [
      profileIdentifierRow({ fragment_id: 'email:a', version: '3', deleted: 1 }),
    ],
  })
  expect(await eventsNow()).toEqual([{ event_id: 'e1', profile_id: null }, withoutFragment])
})

test('every view answers the same on a busy table, after merges and after a replay as on a quiet one', async () => {
  const people = [1, 2, 3]
  const quiet: RowBatch = {
    events: people.map((n) =>
      eventRow({ fragment_id: `email:${n}`, version: String(n), event_id: `e${n}` }),
    ),
    profile_identifiers: people.map((n) =>
      profileIdentifierRow({
        fragment_id: `email:${n}`,
        profile_id: profileId(n % 2),
        version: '3',
      }),
    ),
    profiles: people.map((n) =>
      profileRow({ profile_id: profileId(n), version: '3', deleted: n === 3 ? 1 : 0 }),
    ),
    profile_history: people.flatMap((n) =>
      [1, 2, 3].map((v) => ({ ...decayed(String(v), v, v), profile_id: profileId(n) })),
    ),
    segment_memberships: people.map((n) =>
      segmentMembershipRow({ profile_id: profileId(n), version: '3', member: n === 2 ? 0 : 1 }),
    ),
    segment_transitions: people.map((n) =>
      segmentTransitionRow({ profile_id: profileId(n), version: '3' }),
    ),
    dead_letters: people.map((n) => deadLetterRow({ offset: n, version: '3' })),
  }
  // What a crash and a replay leave behind: the same rows again and older versions, late and in any order.
  const olderVersions: RowBatch = {
    profile_identifiers: people.map((n) =>
      profileIdentifierRow({ fragment_id: `email:${n}`, version: '1' }),
    ),
    profiles: people.map((n) =>
      profileRow({ profile_id: profileId(n), version: '2', deleted: n === 1 ? 1 : 0 }),
    ),
    segment_memberships: people.map((n) =>
      segmentMembershipRow({ profile_id: profileId(n), version: '2' }),
    ),
    dead_letters: people.map((n) => deadLetterRow({ offset: n, version: '1', reason: 'older' })),
  }
  await refill(quiet)
  const expected = await answers()
  expect(expected.map(({ length }) => length)).toEqual([2, 3, 2, 3, 3, 3, 3])
  const single = [...rowsOf(quiet), ...rowsOf(quiet), ...rowsOf(olderVersions)]
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(single, { minLength: single.length }), async (rows) => {
      await refill({})
      // Single inserts: each makes a part of its own, so that FINAL has something to merge.
      await Promise.all(rows.map(([table, row]) => sink.insert({ [table]: [row] })))
      expect(await answers()).toEqual(expected)
      for (const table of tableNames)
        await database.clickhouse.command(`OPTIMIZE TABLE ${table} FINAL`)
      expect(await answers()).toEqual(expected)
    }),
    { numRuns: 3 },
  )
})

function rowsOf(batch: RowBatch): (readonly [TableName, object])[] {
  return tableNames.flatMap((table) => (batch[table] ?? []).map((row) => [table, row] as const))
}

async function answers(): Promise<readonly (readonly object[])[]> {
  const { clickhouse } = database
  return [
    await clickhouse.query('SELECT * EXCEPT as_of FROM profiles_now ORDER BY profile_id'),
    await clickhouse.query(
      `SELECT * FROM profiles_at(at = '2026-03-03 12:00:00') ORDER BY profile_id`,
    ),
    await clickhouse.query('SELECT * FROM segment_members ORDER BY segment, profile_id'),
    await clickhouse.query(
      'SELECT * FROM segment_changes ORDER BY segment, profile_id, version, seq',
    ),
    await clickhouse.query('SELECT * FROM profile_aliases ORDER BY alias_id, profile_id'),
    await clickhouse.query('SELECT * FROM events_now ORDER BY event_id'),
    await clickhouse.query(
      'SELECT * FROM dead_letters_now ORDER BY topic, partition, offset, `index`',
    ),
  ]
}
