import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClickHouse, createRowSink } from '#runtime/clickhouse/index.ts'
import { encodeRows } from '#runtime/clickhouse/encode-rows.ts'
import type { ColumnTypes } from '#runtime/clickhouse/native/encode-block.ts'
import { createTableTypes } from '#runtime/clickhouse/native/table-types.ts'
import { tableNames } from '#schemas/clickhouse/keys.ts'
import type { TableName } from '#schemas/clickhouse/rows.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import {
  consentHistoryRow,
  deadLetterReplayRow,
  deadLetterRow,
  eventRow,
  identityDecisionRow,
  identityLinkRow,
  pipelineHealthRow,
  profileId,
  profileIdentifierRow,
  profileRow,
  segmentMembershipRow,
  segmentTransitionRow,
} from '../support/clickhouse/rows.ts'

let database: TestDatabase
let clickhouse: ClickHouse
beforeAll(async () => {
  database = await createTestDatabase()
  clickhouse = database.clickhouse
})
afterAll(async () => database.drop())

async function store(table: string, rows: readonly object[], types?: ColumnTypes): Promise<string> {
  const { format, columns, body } = encodeRows(rows, types)
  await clickhouse.insertLines(table, format, columns, body)
  return format
}

const hostile = 'a\'"\\\n\t\0é\u{1F600}{}'

const samples = {
  events: [
    eventRow(),
    eventRow({
      version: '18446744073709551615',
      identifiers: [],
      flags: ['x', hostile],
      traits: JSON.stringify({ city: hostile }),
      consent: { marketing: 'granted', [hostile]: 'denied' },
      schema_id: 7,
      unknown_type: 1,
      occurred_at: '1970-01-01T00:00:00.000Z',
      origin_offset: 2 ** 40,
    }),
  ],
  profile_identifiers: [profileIdentifierRow(), profileIdentifierRow({ deleted: 1, version: '2' })],
  profile_identifier_history: [profileIdentifierRow()],
  profiles: [
    profileRow({ f_spent: '12.3400', f_clicks: 0.1, f_top: [['shoes', 1e-9]], f_days: [] }),
    profileRow({
      version: '2',
      first_seen: null,
      last_seen: null,
      members: [],
      consent: { marketing: 'basis' },
      trait_provenance: { city: ['crm', 'declared', 'first', '2026-03-01T12:00:00.001Z'] },
      f_spent: null,
      f_clicks: null,
      f_top: [],
      f_days: [['2026-03-01T00:00:00.000Z', '-3.0000']],
    }),
  ],
  profile_history: [profileRow()],
  segment_memberships: [segmentMembershipRow(), segmentMembershipRow({ version: '2', member: 0 })],
  segment_transitions: [segmentTransitionRow(), segmentTransitionRow({ seq: 3, to: 'exited' })],
  consent_history: [consentHistoryRow()],
  identity_decisions: [identityDecisionRow()],
  identity_links: [
    identityLinkRow(),
    identityLinkRow({ offset: 9, policy: null, reason: hostile }),
  ],
  dead_letters: [deadLetterRow(), deadLetterRow({ offset: 5, headers: { a: hostile } })],
  dead_letter_replays: [deadLetterReplayRow()],
  pipeline_health: [pipelineHealthRow()],
} as const satisfies { readonly [T in TableName]: readonly object[] }

test.each(tableNames)('rows of %s are the same sent as binary and as text', async (table) => {
  if (table === 'profiles')
    await clickhouse.command(`ALTER TABLE profiles
      ADD COLUMN f_spent Nullable(Decimal(18, 4)), ADD COLUMN f_clicks Nullable(Float64),
      ADD COLUMN f_top Array(Tuple(key String, weight Float64)),
      ADD COLUMN f_days Array(Tuple(from DateTime64(3, 'UTC'), value Nullable(Decimal(18, 4))))`)
  await clickhouse.command(`CREATE TABLE as_binary AS ${table}`)
  const rows = samples[table]
  expect(await store(table, rows)).toBe('JSONCompactEachRow')
  expect(await store('as_binary', rows, await createTableTypes(clickhouse).of('as_binary'))).toBe(
    'Native',
  )
  const read = async (from: string) => clickhouse.query(`SELECT * FROM ${from} ORDER BY ALL`)
  const text = await read(table)
  expect(text.length).toBeGreaterThan(0)
  expect(await read('as_binary')).toEqual(text)
  await clickhouse.command('DROP TABLE as_binary')
})

test('a table that a deploy changed under a sink takes its rows all the same', async () => {
  await using changing = await createTestDatabase()
  const sink = createRowSink(changing.clickhouse, { binaryRowsMin: 1 })
  await sink.insert({ profiles: [profileRow()] })
  await changing.clickhouse.command('ALTER TABLE profiles MODIFY COLUMN events UInt32')
  await sink.insert({ profiles: [profileRow({ profile_id: profileId(2), events: 4 })] })
  await changing.clickhouse.command('ALTER TABLE profiles ADD COLUMN f_new Nullable(Float64)')
  await sink.insert({ profiles: [profileRow({ profile_id: profileId(3), f_new: 1.5 })] })
  expect(
    await changing.clickhouse.query(
      'SELECT profile_id, events, f_new FROM profiles FINAL ORDER BY profile_id',
    ),
  ).toEqual([
    { profile_id: profileId(1), events: 1, f_new: null },
    { profile_id: profileId(2), events: 4, f_new: null },
    { profile_id: profileId(3), events: 1, f_new: 1.5 },
  ])
  await sink.close()
})
