import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answer, insertRows } from '#runtime/clickhouse/index.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { Earlier } from '../../services/drift/core/measure/earlier.ts'
import { measureLag } from '../../services/drift/core/measure/lag.ts'
import { measureIdentity, measureSegments } from '../../services/drift/core/measure/people.ts'
import { propertiesRead } from '../../services/drift/core/measure/reads.ts'
import { measureStream } from '../../services/drift/core/measure/stream.ts'
import type { Snapshot } from '../../services/drift/core/store/snapshot.ts'
import { subjectKey } from '../../services/drift/core/watch/signal.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'

// The SQL that counts what flows, run by ClickHouse on tables of a few rows whose counts are known.

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const asOf = Date.parse('2026-03-03T00:00:00.000Z')
const from = asOf - day
const nothing: Earlier = { lastAt: new Map(), types: new Map(), letters: [], stages: [] }

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => database.drop())

const byKey = (snapshots: readonly Snapshot[]): ReadonlyMap<string, Snapshot> =>
  new Map(snapshots.map((one) => [subjectKey(one.subject), one]))
const countsOf = (snapshots: readonly Snapshot[]): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(snapshots.map((one) => [subjectKey(one.subject), one.counts]))

const file = (features: string): string => `purposes: { service: Running the shop }
sources:
  - { channel: web, topics: [channel.web], format: json, source: segment, basis: { service: Contract } }
features:
${features}
segments:
  - name: keen
    description: Keen
    owner: keen@shop.example
    objective: Something
    success_metric: {event: order_completed, aggregation: sum, value: properties.total, window: 7d, direction: up}
    review_by: 2026-03-09
    enter: 'features.spending > 1.0'
    purpose: service
`
const compiled = loadDefinition(
  file(`  - { name: spending, kind: decayed_sum, events: [order_completed], value: properties.total, currency: EUR, half_life: 30d, purpose: service, description: Spending }
  - { name: second, kind: last, events: [order_completed], value: properties.items.1.name, purpose: service, description: Second }
  - { name: cheap, kind: count, events: [product_viewed], where: 'properties.price < 5.0 && traits.city == "x"', purpose: service, description: Cheap }`),
  definitionVersion(1),
)
const properties = propertiesRead(compiled.definition)

let version = 0
const event = (more: {
  readonly at: number
  readonly type?: string
  readonly source?: string
  readonly properties?: unknown
  readonly machine?: string
  readonly traits?: unknown
  readonly schema_id?: number
}) => {
  version += 1
  const { at, properties: said = {}, traits = {}, ...rest } = more
  return {
    fragment_id: `email:${version}`,
    partition: 0,
    version,
    event_id: String(version),
    event_key: '',
    channel: 'web',
    source: 'segment',
    type: 'page_viewed',
    occurred_at: toIso(at),
    received_at: toIso(at),
    log_time: toIso(at),
    machine: '',
    properties: JSON.stringify(said),
    traits: JSON.stringify(traits),
    ...rest,
  }
}

const measured = async (earlier: Earlier = nothing, at = asOf) =>
  answer(database.clickhouse, measureStream(at, day, earlier, properties))

describe('what flows', () => {
  test('of an empty window is nothing, and of whoever was heard of before a silence', async () => {
    expect(await measured()).toEqual([])
    const lastAt = new Map([['web/segment', from - hour]])
    const types = new Map([['web/segment', ['page_viewed', 'custom:a b']]])
    expect(countsOf(await measured({ ...nothing, lastAt, types, letters: ['bad x'] }))).toEqual({
      'volume:web/segment': [0],
      'volume:web/segment page_viewed': [0, 0],
      'volume:web/segment custom:a b': [0, 0],
      'machines:web/segment': [0, 0],
      'schema:web/segment': [],
      'freshness:web/segment': [from - hour, 0],
      'dead_letters:bad x': [0, 0],
    })
  })

  test('is counted from the first to the last millisecond of the window, rows that were written twice once', async () => {
    const hostile = "custom:o'clock \\ {as_of:Int64}"
    const order = { total: 5, currency: 'EUR', items: [{ name: 'a' }, { name: 'b' }] }
    const rows = [
      event({ at: from - 1 }),
      event({ at: from, schema_id: 7 }),
      event({ at: from + 30_000, machine: 'bot', schema_id: 3 }),
      event({ at: from + 5 * hour, traits: { city: 'x' } }),
      event({ at: asOf - 1, type: hostile }),
      event({ at: asOf }),
      // Orders: one whole, then each of the ways in which a property is not there.
      event({ at: from + hour, type: 'order_completed', properties: order }),
      event({ at: from + hour, type: 'order_completed', properties: { ...order, total: null } }),
      event({ at: from + hour, type: 'order_completed', properties: { ...order, total: '' } }),
      event({ at: from + hour, type: 'order_completed', properties: { items: [{ name: 'a' }] } }),
      event({ at: from + hour, type: 'order_completed', properties: { total: 0, items: 'b' } }),
      event({ at: from + hour, type: 'order_completed', machine: 'bot' }),
      event({ at: from + hour, type: 'product_viewed', properties: { price: false } }),
      event({
        at: from + hour,
        type: 'product_viewed',
        source: 'other',
        properties: { "pr'ice": 1 },
      }),
    ]
    await insertRows(database.clickhouse, 'events', rows)
    await insertRows(database.clickhouse, 'events', rows.slice(6, 9))
    await insertRows(
      database.clickhouse,
      'dead_letters',
      [from - 1, from, asOf - 1, asOf].map((at, offset) => ({
        topic: 'channel.web',
        partition: 0,
        offset,
        index: 0,
        version: 1,
        stage: 'decode',
        reason: 'unreadable',
        source: offset === 1 ? '' : 'segment',
        received_at: toIso(at),
        failed_at: toIso(at),
      })),
    )
    const all = await measured({
      ...nothing,
      lastAt: new Map([['web/segment', from - 7 * hour]]),
      types: new Map([['web/segment', ['page_viewed', 'searched']]]),
    })
    expect(countsOf(all)).toEqual({
      'volume:web/segment': [11],
      'volume:web/segment order_completed': [6, 11],
      'volume:web/segment page_viewed': [3, 11],
      [`volume:web/segment ${hostile}`]: [1, 11],
      'volume:web/segment product_viewed': [1, 11],
      'volume:web/segment searched': [0, 11],
      'machines:web/segment': [2, 11],
      'schema:web/segment': [3, 7],
      // Silent from five o'clock until the last minute: longer than the seven hours before the window.
      'freshness:web/segment': [asOf - 1, 19 * hour - minute],
      'volume:web/other': [1],
      'volume:web/other product_viewed': [1, 1],
      'machines:web/other': [0, 1],
      'schema:web/other': [],
      'freshness:web/other': [from + hour, 0],
      'nulls:web/segment order_completed total': [3, 5],
      // Money without a currency is none.
      'nulls:web/segment order_completed currency': [2, 5],
      'nulls:web/segment order_completed items.1.name': [2, 5],
      'nulls:web/segment product_viewed price': [0, 1],
      'nulls:web/other product_viewed price': [1, 1],
      'dead_letters:unreadable segment': [1, 14],
      'dead_letters:unreadable channel.web': [1, 14],
    })
    const known = byKey(all)
    expect(known.get('volume:web/segment')?.meaning).toBe('states traits')
    expect(known.get('volume:web/other')?.meaning).toBe('')
  })

  test('of a source that makes up a type with each event is one row, with the most frequent types and those that are read', async () => {
    const at = asOf + 40 * day
    await database.clickhouse.command(
      `INSERT INTO events (fragment_id, partition, version, event_id, channel, source, type, received_at, machine, schema_id, properties)
       SELECT concat('flood', toString(number)), 0, number, toString(number), 'web', 'flood',
         multiIf(number < 60, concat('often ', leftPad(toString(number % 20), 2, '0')), number = 60, 'order_completed', concat('made up ', toString(number))),
         fromUnixTimestamp64Milli(toInt64(${at - day}) + number * 10, 'UTC'), if(number % 10 = 0, 'bot', ''), number % 3, '{"total":1}'
       FROM numbers(20000)`,
    )
    const answered: number[] = []
    const course = measureStream(at, day, nothing, properties)
    let step = course.next()
    while (step.done !== true) {
      // oxlint-disable-next-line no-await-in-loop -- the next question follows from the answer
      const rows = await database.clickhouse.query<object>(step.value.sql, step.value.params)
      answered.push(rows.length)
      step = course.next(rows)
    }
    expect(answered).toEqual([1, 0])
    const counts = countsOf(step.value)
    const types = Object.entries(counts).filter(([key]) => key.startsWith('volume:web/flood '))
    expect(types).toHaveLength(50)
    expect(counts['volume:web/flood often 19']).toEqual([3, 20_000])
    expect(counts).toMatchObject({
      'volume:web/flood': [20_000],
      'machines:web/flood': [2000, 20_000],
      'schema:web/flood': [0, 1, 2],
      'freshness:web/flood': [at - day + 199_990, minute],
    })
    // Once in twenty thousand, of a bot.
    expect(counts['nulls:web/flood order_completed total']).toEqual([0, 0])
  })

  test('properties whose names are no identifiers are looked up by them', async () => {
    const named = propertiesRead({
      features: loadDefinition(
        file(
          '  - { name: spending, kind: decayed_sum, events: [order_completed], value: properties.pre-$total, half_life: 30d, purpose: service, description: Spending }',
        ),
        definitionVersion(1),
      ).definition.features,
      segments: [],
    })
    const later = asOf + 10 * day
    await insertRows(database.clickhouse, 'events', [
      event({ at: later - 1, type: 'order_completed', properties: { 'pre-$total': 1 } }),
      event({ at: later - 1, type: 'order_completed', properties: { total: 1 } }),
    ])
    const all = await answer(database.clickhouse, measureStream(later, day, nothing, named))
    expect(countsOf(all)['nulls:web/segment order_completed pre-$total']).toEqual([1, 2])
    // Whatever somebody may call one: SQL stands between quotes.
    const hostile = [{ name: "o'clock\\{as_of:Int64}", types: new Set(["order_completed') --"]) }]
    expect(
      (await answer(database.clickhouse, measureStream(later, day, nothing, hostile))).filter(
        ({ subject }) => subject.kind === 'nulls',
      ),
    ).toEqual([])
  })
})

test('reads the partitions of the window alone, however much was received before it', async () => {
  const { clickhouse } = database
  for (const months of [2, 3, 4])
    await insertRows(clickhouse, 'events', [event({ at: asOf - months * 31 * day })])
  const course = measureStream(asOf, day, nothing, [])
  for (const table of ['events', 'dead_letters']) {
    const { done, value } = course.next([])
    if (done === true) throw new Error('nothing was asked')
    expect(value.sql).toContain(`FROM ${table} FINAL`)
    const plan = await clickhouse.query<{ explain: string }>(
      `EXPLAIN indexes = 1 ${value.sql}`,
      value.params,
    )
    const conditions = plan.filter(({ explain }) => explain.includes('Condition: '))
    expect(conditions.some(({ explain }) => explain.includes('received_at'))).toBe(true)
  }
})

const report = (component: string, at: number, waits: number, partition = 0) => ({
  component,
  partition,
  topic: 'profile.log',
  name: 'oldest_waiting_timestamp_seconds',
  key: '',
  value: waits === 0 ? 0 : (at - waits) / 1000,
  minute: toIso(Math.floor(at / minute) * minute),
  at: toIso(at),
  version: String(at),
})

describe('how long records wait', () => {
  test('is what no more than a twentieth of the minutes exceeded, of the worst partition; or how long a stage has been silent', async () => {
    // Reports are gone after a week: this window is of now.
    const end = Math.floor(Date.now() / day) * day
    const begin = end - day
    const minutes = Array.from({ length: 1440 }, (_, n) => begin + n * minute)
    await insertRows(database.clickhouse, 'pipeline_health', [
      // An hour of a day is forgiven, two are not.
      ...minutes.map((at, n) => report('identity', at, n < 60 ? 5 * hour : 0)),
      ...minutes.map((at, n) => report('profiles', at, n < 120 ? 5 * hour : 0, 1)),
      ...minutes.map((at) => report('profiles', at, 0)),
      ...minutes.slice(0, 1080).map((at) => report('email', at, 0)),
      // A counter of the fold, and what is of another window.
      { ...report('crm', begin + hour, 9 * hour), topic: '' },
      report('crm', begin - minute, 9 * hour),
      report('crm', end, 9 * hour),
    ])
    expect(
      countsOf(await answer(database.clickhouse, measureLag(end, day, ['profiles', 'web'], end))),
    ).toEqual({
      'lag:email': [end - 6 * hour - minute, 6 * hour + minute],
      'lag:identity': [end, 0],
      'lag:profiles': [end - 5 * hour, 5 * hour],
      'lag:web': [begin, day],
    })
  })

  test('of what nobody reports, nothing is said', async () => {
    const later = asOf + 30 * day
    expect(await answer(database.clickhouse, measureLag(later, day, [], later))).toEqual([])
  })

  test('of a window whose reports are gone, nobody knows whether a stage was silent', async () => {
    const made = (now: number) =>
      answer(database.clickhouse, measureLag(asOf, day, ['profiles'], now))
    expect(await made(asOf + 8 * day)).toEqual([])
    expect(await made(asOf + 5 * day)).toHaveLength(1)
  })
})

const segmentsAt = async (at: number) =>
  countsOf(await answer(database.clickhouse, measureSegments(at, day, compiled)))

const person = (n: number): string =>
  `00000000-0000-4000-8000-0000000000${String(n).padStart(2, '0')}`

describe('segments', () => {
  test('nobody has ever been in have none, and nobody left', async () => {
    expect(await segmentsAt(asOf)).toEqual({
      'segment:keen': [0],
      'segment:keen entered': [0],
      'segment:keen exited': [0],
      'segment:keen stayed': [0, 0],
      'rule:keen overdue for review': [0],
    })
  })

  test('who was in, came, went, came back, and is the same person under another name', async () => {
    let position = 0
    const step = (n: number, at: number, to: 'entered' | 'exited', cause = 'event') => {
      position += 1
      return {
        profile_id: person(n),
        segment: 'keen',
        version: position,
        seq: 0,
        at: toIso(at),
        to,
        cause,
        rule_version: 1,
        rule_hash: '',
      }
    }
    const steps = [
      step(1, from - hour, 'entered'),
      step(2, from - hour, 'entered'),
      step(3, from - hour, 'entered'),
      step(4, from - hour, 'entered'),
      step(5, from - 1, 'entered'),
      step(9, from - 2 * hour, 'entered'),
      step(9, from - hour, 'exited'),
      // 1 stays, 2 goes, 3 goes and comes back, 4 and 5 turn out to be one person, 6 comes, 7 comes and goes, 8 comes after the window.
      step(2, from, 'exited'),
      step(3, from + hour, 'exited'),
      step(3, from + 2 * hour, 'entered'),
      step(5, from + hour, 'exited', 'merge'),
      step(6, asOf - 1, 'entered'),
      step(7, from + hour, 'entered'),
      step(7, from + 2 * hour, 'exited'),
      step(8, asOf, 'entered'),
      step(1, asOf, 'exited'),
    ]
    await insertRows(database.clickhouse, 'segment_transitions', steps)
    await insertRows(database.clickhouse, 'segment_transitions', steps.slice(0, 9))
    const last = (n: number, to: string) =>
      steps.findLast((one) => one.profile_id === person(n) && one.to === to)?.at ?? null
    await insertRows(
      database.clickhouse,
      'segment_memberships',
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => ({
        profile_id: person(n),
        segment: 'keen',
        version: 1,
        member: [3, 4, 6, 8].includes(n) ? 1 : 0,
        entered_at: last(n, 'entered'),
        exited_at: last(n, 'exited'),
        rule_version: 1,
        rule_hash: '',
      })),
    )
    expect(await segmentsAt(asOf)).toEqual({
      // 1, 3, 4, 6.
      'segment:keen': [4],
      'segment:keen entered': [3],
      'segment:keen exited': [4],
      // Of 1, 2, 3, 4 (5 is 4): all but 2.
      'segment:keen stayed': [3, 4],
      'rule:keen overdue for review': [0],
    })
  })
})

const link = (offset: number, at: number, fate: string, kind = 'link') => ({
  offset,
  version: 1,
  deleted: 0,
  link_id: String(offset),
  kind,
  fate,
  at: toIso(at),
  clock: toIso(at),
  occurred_at: toIso(at),
  received_at: toIso(at),
})

describe('links', () => {
  test('are counted by what became of them, commands are not', async () => {
    const rows = [
      link(1, from - 1, 'merge'),
      link(2, from, 'merge'),
      link(3, asOf - 1, 'confirm'),
      link(4, asOf - 1, 'block'),
      link(5, asOf, 'merge'),
      link(6, from + hour, 'merge', 'merge'),
      link(7, from + hour, 'refuse'),
    ]
    await insertRows(database.clickhouse, 'identity_links', rows)
    await insertRows(database.clickhouse, 'identity_links', [
      rows[1] ?? {},
      { ...link(7, from + hour, 'refuse'), version: 2, deleted: 1 },
    ])
    expect(countsOf(await answer(database.clickhouse, measureIdentity(asOf, day)))).toEqual({
      'identity:links: merge': [1, 3],
      'identity:links: refuse': [0, 3],
      'identity:links: demote': [0, 3],
      'identity:links: ambiguous': [0, 3],
      'identity:links: block': [1, 3],
    })
  })
})
