import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type ClickHouse,
  createClickHouse,
  createRowSink,
  migrate,
} from '#runtime/clickhouse/index.ts'
import { shadowDatabase } from '#runtime/generation/index.ts'
import { rowVersion } from '#runtime/log/version.ts'
import { readRows } from '../../services/cli/rebuild/shell/read-rows.ts'
import { readHeld } from '../../services/cli/rebuild/shell/read-held.ts'
import { createTableExchange } from '../../services/cli/rebuild/shell/table-exchange.ts'
import type { FedRow } from '../../services/cli/rebuild/generations.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import { shippedDefinition } from '../support/clickhouse/definition.ts'
import {
  eventRow,
  profileId,
  profileRow,
  segmentMembershipRow,
} from '../support/clickhouse/rows.ts'

let own: TestDatabase
let base: ClickHouse
let shadow: ClickHouse

beforeAll(async () => {
  own = await createTestDatabase()
  base = own.clickhouse
  shadow = createClickHouse({ url: base.url, database: shadowDatabase(base.database, 1) })
  await migrate(shadow, { now: () => new Date() })
})

afterAll(async () => {
  await shadow.command(`DROP DATABASE IF EXISTS ${shadow.database}`, { withoutDatabase: true })
  await shadow.close()
  await own.drop()
})

const at = (second: number): string => `2026-03-01T12:00:0${second}.000Z`

const count = async (clickhouse: ClickHouse, select: string): Promise<unknown> => {
  const [row] = await clickhouse.query<{ n: string }>(select)
  return row?.n
}

const row = (event_id: string, partition: number, offset: number, second: number) =>
  eventRow({ event_id, partition, version: rowVersion(2, offset, 0), log_time: at(second) })

async function collect(rows: AsyncIterable<FedRow>): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const { event } of rows) ids.push(event.event_id)
  return ids
}

it('reads rows once, in the order of the log, between two places of each partition and after any key', async () => {
  const sink = createRowSink(base)
  const rows = [
    row('b', 1, 4, 1),
    row('a', 0, 9, 1),
    row('d', 0, 10, 3),
    row('c', 1, 5, 2),
    row('beyond', 0, 11, 3),
    row('below', 1, 3, 0),
    eventRow({ event_id: 'older generation', version: rowVersion(1, 9, 0) }),
  ]
  await sink.insert({ events: rows })
  // A replay writes the same rows again.
  await sink.insert({ events: rows.slice(0, 3) })
  const [from, until] = [
    [0, 4],
    [11, 6],
  ]
  const all = readRows(base, 2, from, until, null)
  expect(await collect(all)).toEqual(['a', 'b', 'c', 'd'])
  const keys: FedRow['key'][] = []
  for await (const { key } of readRows(base, 2, from, until, null)) keys.push(key)
  const after = await Promise.all(
    keys.map(async (key) => collect(readRows(base, 2, from, until, key))),
  )
  expect(after).toEqual([['b', 'c', 'd'], ['c', 'd'], ['d'], []])
  await sink.close()
})

it('lets tables change places once, however often it is cut off and repeated', async () => {
  const [here, there] = [createRowSink(base), createRowSink(shadow)]
  await here.insert({ profiles: [profileRow({ events: 1 })] })
  await there.insert({ profiles: [profileRow({ events: 2 })] })
  const exchange = createTableExchange({
    base,
    shadow,
    definition: shippedDefinition(),
    tables: {},
  })
  const before = await exchange.look()
  await base.command(`EXCHANGE TABLES ${base.database}.events AND ${shadow.database}.events`)
  await exchange.exchange(before)
  await exchange.exchange(before)
  const events = 'SELECT max(events) AS n FROM profiles'
  expect([await count(base, events), await count(shadow, events)]).toEqual(['2', '1'])
  const rows = 'SELECT count() AS n FROM events'
  expect([await count(base, rows), await count(shadow, rows)]).toEqual(['0', '10'])
  // What people read names the same table still.
  expect(await count(base, 'SELECT max(events) AS n FROM profiles_now')).toBe('2')
  await here.close()
  await there.close()
})

const membershipRows = (members: readonly (readonly [number, string, 0 | 1])[]) =>
  members.map(([person, segment, member]) =>
    segmentMembershipRow({ profile_id: profileId(person), segment, member }),
  )

it('after the exchange those come out who are in other segments than before, with where they were, in one order', async () => {
  const [now, old] = [createRowSink(base), createRowSink(shadow)]
  await old.insert({
    segment_memberships: membershipRows([
      [1, 'same', 1],
      [2, 'lost', 1],
      [2, 'kept', 1],
      [3, 'long_ago', 0],
      [4, 'gone', 1],
    ]),
  })
  await now.insert({
    segment_memberships: membershipRows([
      [1, 'same', 1],
      [2, 'kept', 1],
      [2, 'lost', 0],
      [3, 'long_ago', 0],
      [5, 'came', 1],
    ]),
  })
  const held = async (): Promise<unknown[]> => {
    const found = []
    for await (const each of readHeld(base, shadow)) found.push(each)
    return found
  }
  expect(await held()).toEqual([
    { profile: profileId(2), segments: ['kept', 'lost'] },
    { profile: profileId(4), segments: ['gone'] },
    { profile: profileId(5), segments: [] },
  ])
  expect(await held()).toEqual(await held())
  await now.close()
  await old.close()
})
