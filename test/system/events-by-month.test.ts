import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClickHouse, insertRows } from '#runtime/clickhouse/index.ts'
import { toIso } from '#runtime/time/iso.ts'
import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import { shippedDefinition } from '../support/clickhouse/definition.ts'
import {
  eventRow,
  profileId,
  profileIdentifierRow,
  profileRow,
  segmentTransitionRow,
} from '../support/clickhouse/rows.ts'
import { tryPeople } from '../../services/cli/deploy/dry-run/read-trials.ts'
import { readPersonThen } from '../../services/cli/explain/person-then.ts'
import { exportColumns } from '../../services/cli/export/export-columns.ts'
import { exportKnownNow } from '../../services/cli/export/known-now.ts'
import { createStaging } from '../../services/cli/export/staging.ts'
import { readHeldEvents } from '../../services/cli/privacy/access/read-events.ts'
import { readTraitEvents } from '../../services/cli/privacy/access/read-past.ts'
import { readQuality } from '../../services/cli/quality/read-quality.ts'
import { eventsView } from '../../services/cli/rebuild/new-key/plan-new-key.ts'
import { readMetric } from '../../services/cli/rules/read-metric.ts'
import {
  eventsOfId,
  eventsOfKey,
  eventsOfRecord,
  eventsUpTo,
} from '../../services/cli/trace/read-rows.ts'
import { readPeople } from '../../services/cli/verify/read-people.ts'

// However much was received before it, whoever asks for a span of events reads the months of the span; and whoever asks for a person's merges them month by month.

const day = 86_400_000
const until = new Date('2026-03-20T00:00:00.000Z')
const since = new Date(until.getTime() - 10 * day)
const months = 6
const fragment = eventRow().fragment_id
/** Erased: the row that says so and its event are there still. */
const erased = 'email:gggggggggggggggggggggg'

/** What the profile has counted: more than is stored. */
const counted = 20

interface Asked {
  readonly sql: string
  readonly params: Readonly<Record<string, unknown>>
}

let database: TestDatabase
/** Each month in two inserts, and the second holds the rows of the first again, one of them twice. */
beforeAll(async () => {
  database = await createTestDatabase()
  const { clickhouse } = database
  await clickhouse.command('SYSTEM STOP MERGES events')
  const moments = Array.from({ length: months }, (_, ago) => until.getTime() - day - ago * 31 * day)
  for (const times of [1, 2])
    for (const [ago, at] of moments.entries()) {
      const rows = Array.from({ length: 2 * times - 1 }, (_, n) =>
        eventRow({
          version: String(ago * 10 + (n % 2)),
          event_id: `e${ago}-${n % 2}`,
          received_at: toIso(epochMs(at)),
          occurred_at: toIso(epochMs(at - 60_000)),
          schema_id: 1,
          traits: '{"tier":"gold"}',
        }),
      )
      const [oldest] = rows
      if (oldest !== undefined && ago === months - 1) rows.push({ ...oldest, fragment_id: erased })
      await insertRows(clickhouse, 'events', rows)
    }
  await insertRows(clickhouse, 'profile_identifiers', [
    profileIdentifierRow(),
    profileIdentifierRow({ fragment_id: erased }),
    profileIdentifierRow({ fragment_id: erased, version: '2', deleted: 1 }),
  ])
  // One part, which is merged already.
  await clickhouse.command('OPTIMIZE TABLE profile_identifiers FINAL')
  await insertRows(clickhouse, 'profiles', [profileRow({ events: counted })])
  for (const _ of [1, 2])
    await insertRows(clickhouse, 'segment_transitions', [
      segmentTransitionRow({ segment: 'readers', at: toIso(epochMs(since.getTime() + day)) }),
    ])
})
afterAll(async () => database.drop())

/** The same ClickHouse, and what it is asked. */
function listening(): { readonly clickhouse: ClickHouse; readonly asked: Asked[] } {
  const { clickhouse } = database
  const asked: Asked[] = []
  return {
    asked,
    clickhouse: {
      ...clickhouse,
      async query(sql, params, ...more) {
        asked.push({ sql, params: params ?? {} })
        return clickhouse.query(sql, params, ...more)
      },
      stream(sql, params) {
        asked.push({ sql, params: params ?? {} })
        return clickhouse.stream(sql, params)
      },
    },
  }
}

/** Of each question that reads events: parts of the table that are read. There are two for a month. */
async function partsRead(asked: readonly Asked[]): Promise<readonly number[]> {
  const read: number[] = []
  for (const { sql, params } of asked.filter((one) => /events(?:_now| FINAL)/.test(one.sql))) {
    const plan = await database.clickhouse.query<{ explain: string }>(
      `EXPLAIN indexes = 1, json = 1 ${sql}`,
      params,
    )
    const text = plan.map(({ explain }) => explain).join('')
    const [, parts] = /"Type": "Partition"[^}]*?"Selected Parts": (\d+)/.exec(text) ?? []
    read.push(Number(parts ?? 2 * months))
  }
  return read
}

test('the figures of quality', async () => {
  const { asked, clickhouse } = listening()
  const { volumes } = await readQuality(clickhouse, { since, until })
  expect(volumes).toMatchObject([{ events: '2' }])
  expect(await partsRead(asked)).toEqual(Array.from({ length: 9 }, () => 2))
})

test('the success metric of a segment', async () => {
  const { asked, clickhouse } = listening()
  const metric = {
    event: 'email_opened',
    aggregation: 'count',
    window: '5d',
    direction: 'up',
  } as const
  const facts = await readMetric(
    clickhouse,
    { name: 'readers', success_metric: metric },
    { since, until },
  )
  // The entry is there twice.
  expect(facts).toMatchObject({ entries: 1 })
  expect(await partsRead(asked)).toEqual([2, 2])
})

test('an export of what was known by a time', async () => {
  const { asked, clickhouse } = listening()
  const definition = shippedDefinition()
  const columns = exportColumns(definition)
  await using staging = await createStaging(clickhouse, columns)
  const at = new Date(until.getTime() - 2 * 31 * day).toISOString()
  await insertRows(clickhouse, staging.entities, [
    { row: '1', at, fragment_id: eventRow().fragment_id, asked: profileId(1) },
  ])
  await exportKnownNow(clickhouse, staging, {
    columns,
    byProfile: false,
    definition,
    definitions: { load: () => Promise.resolve(definition), loaded: () => definition },
    rows: 1,
    progress: () => undefined,
  })
  const known = `SELECT count() AS n FROM ${staging.rows} WHERE profile_id IS NOT NULL`
  expect(await clickhouse.query(known)).toEqual([{ n: '1' }])
  // Its month and those before it.
  expect(await partsRead(asked)).toEqual([2 * (months - 2)])
})

test('events_now, for whoever may set nothing too', async () => {
  const span = `received_at >= '2026-03-10' AND received_at < '2026-03-20'`
  const sql = `SELECT count() AS n FROM events_now WHERE ${span}`
  expect(await database.clickhouse.query(sql)).toEqual([{ n: '2' }])
  expect(await partsRead([{ sql, params: {} }])).toEqual([2])
})

const definitions = {
  load: () => Promise.resolve(shippedDefinition()),
  loaded: shippedDefinition,
}
const who = { fragments: [fragment], at: null, limit: 100, skip: 0 }
const trait = {
  value: 'gold',
  source: 'sendgrid',
  kind: 'observed',
  party: 'first',
  at: toIso(epochMs(until.getTime() - day - 60_000)),
}
const own = 2 * months
const all = own + 1

/** Whoever reads events without a span of time, and how many there are for that. */
const readers: Readonly<
  Record<string, readonly [read: (clickhouse: ClickHouse) => Promise<number>, events: number]>
> = {
  'trace of a record': [
    async (clickhouse) => (await eventsOfRecord(clickhouse, 'channel.email', 0, 0)).length,
    all,
  ],
  'trace of a key': [async (clickhouse) => (await eventsOfKey(clickhouse, 'k1')).length, all],
  'trace of an id': [async (clickhouse) => (await eventsOfId(clickhouse, 'e3-1')).length, 1],
  'trace of a row of profiles': [
    async (clickhouse) => (await eventsUpTo(clickhouse, fragment, '1000', 100)).length,
    own,
  ],
  'privacy access': [
    async (clickhouse) => (await readHeldEvents(clickhouse, who, () => undefined)).list.length,
    own,
  ],
  'where a trait is from': [
    async (clickhouse) => (await readTraitEvents(clickhouse, [fragment], { tier: trait })).size,
    1,
  ],
  'explain as of a time': [
    async (clickhouse) =>
      (await readPersonThen(clickhouse, profileId(1), until, definitions.load))?.events.length ?? 0,
    own,
  ],
  verify: [
    async (clickhouse) => {
      const people = await readPeople(clickhouse, [profileId(1)], definitions.load)
      return people.flatMap(({ events }) => events).length
    },
    own,
  ],
  'a dry run': [
    async (clickhouse) => {
      const rules = { next: shippedDefinition(), remembering: [], asked: [] }
      const now = epochMs(until.getTime())
      const people = await tryPeople(clickhouse, [profileId(1)], rules, definitions, now)
      return counted - (people[0]?.eventsGone ?? 0)
    },
    own,
  ],
  'the plan of a new key': [async (clickhouse) => (await eventsView(clickhouse, [])).stored, all],
}

/** What each of them finds, and whether all of its questions are answered within months as they are across them. */
async function findings(): Promise<readonly object[]> {
  const found: object[] = []
  for (const [name, [read]] of Object.entries(readers)) {
    const { asked, clickhouse } = listening()
    const events = await read(clickhouse)
    const questions = asked.filter(({ sql }) => sql.includes('events FINAL'))
    const answers = await Promise.all(questions.map(isSameAcross))
    found.push({ name, events, isSame: answers.length > 0 && answers.every(Boolean) })
  }
  return found
}

async function isSameAcross({ params, sql }: Asked): Promise<boolean> {
  const across = sql.replace(withinPartitions, withinPartitions.replace('= 1', '= 0'))
  const [one, other] = await Promise.all([rowsOf(sql, params), rowsOf(across, params)])
  return across !== sql && one === other
}

const rowsOf = async (sql: string, params: Asked['params']): Promise<string> => {
  const rows = await database.clickhouse.query(sql, params)
  return rows
    .map((row) => JSON.stringify(row))
    .toSorted()
    .join('\n')
}

test('whoever asks for more than a span merges month by month, and finds each event once, before merges and after', async () => {
  const expected = Object.entries(readers).map(([name, [, events]]) => ({
    name,
    events,
    isSame: true,
  }))
  expect(await findings()).toEqual(expected)
  await database.clickhouse.command('SYSTEM START MERGES events')
  await database.clickhouse.command('OPTIMIZE TABLE events FINAL')
  expect(await findings()).toEqual(expected)
})
