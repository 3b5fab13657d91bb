import { afterAll, expect, test } from 'vitest'
import { checkMigrated, createRowSink, migrate, migrateColumns } from '#runtime/clickhouse/index.ts'
import { fillIn, readMigrations } from '#runtime/clickhouse/migration-files.ts'
import { tableNames } from '#schemas/clickhouse/keys.ts'
import { createTestDatabase, type TestDatabase } from '../support/clickhouse/database.ts'
import { feature, shippedDefinition, trait } from '../support/clickhouse/definition.ts'
import { profileRow } from '../support/clickhouse/rows.ts'

const made: TestDatabase[] = []
afterAll(async () => {
  for (const database of made) await database.drop()
})

async function fresh(migrated: boolean): Promise<TestDatabase['clickhouse']> {
  const database = await createTestDatabase({ migrated })
  made.push(database)
  return database.clickhouse
}

const now = (): Date => new Date('2026-03-01T00:00:00.000Z')

test('migrations may run twice and at the same time', async () => {
  const clickhouse = await fresh(false)
  const dryRun = await migrate(clickhouse, { now, dryRun: true })
  await Promise.all([migrate(clickhouse, { now }), migrate(clickhouse, { now })])
  const again = await migrate(clickhouse, { now })
  expect(again).toMatchObject({ applied: [], upToDate: dryRun.applied })
  expect(await clickhouse.query('SELECT count() AS n FROM schema_migrations FINAL')).toEqual([
    { n: String(dryRun.applied.length) },
  ])
})

test('what writes rows knows a database that lacks a migration of its build, and takes one that is newer', async () => {
  const clickhouse = await fresh(false)
  const all = readMigrations()
  const older = all.slice(0, -1)
  await expect(checkMigrated(clickhouse)).rejects.toMatchObject({
    code: 'TRB_DEPENDENCY_UNAVAILABLE',
    retriable: true,
    message: `database ${clickhouse.database} lacks ${all.length} of ${all.length} migrations: run tributary migrate`,
  })
  await migrate(clickhouse, { now, migrations: older })
  await expect(checkMigrated(clickhouse)).rejects.toThrow(`lacks 1 of ${all.length}`)
  await migrate(clickhouse, { now })
  await checkMigrated(clickhouse)
  await checkMigrated(clickhouse, older)
})

/** Tables that no service writes rows about people into. */
const withoutPeople = [
  'audit_log',
  'drift_alerts',
  'drift_baselines',
  'drift_edges',
  'drift_labels',
  'drift_metrics',
  'drift_mutes',
  'drift_snapshots',
  'schema_migrations',
]

test('every column of every table and view has a comment', async () => {
  const clickhouse = await fresh(true)
  const bare = await clickhouse.query(
    `SELECT table, name FROM system.columns
     WHERE database = {database:String} AND comment = '' AND table NOT IN ('profiles_at', 'identifiers_at')`,
    { database: clickhouse.database },
  )
  expect(bare).toEqual([])
  const tables = await clickhouse.query<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = {database:String} AND engine LIKE '%MergeTree'`,
    { database: clickhouse.database },
  )
  expect(tables.map(({ name }) => name).toSorted()).toEqual(
    [...tableNames, ...withoutPeople].toSorted(),
  )
})

test('a migration whose file was changed after it was applied is refused', async () => {
  const clickhouse = await fresh(true)
  const changed = [{ version: 1, name: 'schema_migrations', checksum: 'f00d', statements: [] }]
  await expect(migrate(clickhouse, { now, migrations: changed })).rejects.toMatchObject({
    code: 'TRB_MIGRATION_CHANGED',
  })
})

test('a deploy adds the columns of its features and traits, each once', async () => {
  const clickhouse = await fresh(true)
  const source = { features: [feature('engagement', 'decayed_count')], traits: [trait('plan')] }
  const planned = await migrateColumns(clickhouse, source, { dryRun: true })
  const first = await migrateColumns(clickhouse, source)
  expect(first.added).toEqual([
    'f_engagement',
    'f_engagement_half_life_ms',
    'f_engagement_ref_time',
    't_plan',
  ])
  expect(planned).toEqual(first)
  expect(await migrateColumns(clickhouse, source)).toEqual({ added: [] })
})

test('a later deploy without a feature keeps its column and old rows, and the view shows only what is deployed', async () => {
  const clickhouse = await fresh(true)
  const sink = createRowSink(clickhouse)
  await migrateColumns(clickhouse, { features: [feature('orders', 'count')], traits: [] })
  await sink.insert({ profiles: [profileRow({ f_orders: 7 })] })
  await migrateColumns(clickhouse, { features: [feature('visits', 'count')], traits: [] })
  expect(await clickhouse.query('SELECT f_orders FROM profiles FINAL')).toEqual([{ f_orders: '7' }])
  const [row] = await clickhouse.query('SELECT * FROM profiles_now')
  expect(row).toHaveProperty('visits', null)
  expect(row).not.toHaveProperty('orders')
  await sink.close()
})

test('a feature that would change the type of its column is refused before anything is changed', async () => {
  const clickhouse = await fresh(true)
  await migrateColumns(clickhouse, { features: [feature('orders', 'count')], traits: [] })
  const changed = {
    features: [feature('other', 'count'), feature('orders', 'last_seen')],
    traits: [],
  }
  await expect(migrateColumns(clickhouse, changed)).rejects.toMatchObject({
    code: 'TRB_COLUMN_TYPE_CHANGED',
    context: { column: 'f_orders' },
  })
  const unchanged = await migrateColumns(clickhouse, {
    features: [feature('other', 'count')],
    traits: [],
  })
  expect(unchanged.added).toEqual(['f_other'])
})

test('the tables keep rows as long as the file says, and for ever when it says nothing any more', async () => {
  const clickhouse = await fresh(true)
  const source = { features: [], traits: [] }
  const expiring = (): Promise<readonly object[]> =>
    clickhouse.query(
      // pipeline_health forgets what processes saw after a week, whatever the file says.
      `SELECT name FROM system.tables WHERE database = {database:String} AND engine_full LIKE '% TTL %'
         AND name != 'pipeline_health' ORDER BY name`,
      { database: clickhouse.database },
    )
  const retention = { events: '800d', profile_history: '400d' }
  await migrateColumns(clickhouse, { ...source, definition: { retention } })
  await migrateColumns(clickhouse, { ...source, definition: { retention } })
  expect(await expiring()).toEqual([
    { name: 'events' },
    { name: 'profile_history' },
    { name: 'profile_identifier_history' },
  ])
  const every = {
    events: '1d',
    profile_history: '2d',
    segment_transitions: '3d',
    consent_history: '4d',
    identity_decisions: '5d',
    dead_letters: '6d',
    audit_log: '7d',
  }
  await migrateColumns(clickhouse, { ...source, definition: { retention: every } })
  const named = [
    ...Object.keys(every),
    'dead_letter_replays',
    'profile_identifier_history',
  ].toSorted()
  expect(await expiring()).toEqual(named.map((name) => ({ name })))
  await migrateColumns(clickhouse, { ...source, definition: { retention: {} } })
  expect(await expiring()).toEqual([])
})

test('a deploy of the same file changes nothing in the tables', async () => {
  const clickhouse = await fresh(true)
  const definition = shippedDefinition()
  const shape = (): Promise<readonly object[]> =>
    clickhouse.query(
      `SELECT name, metadata_modification_time, engine_full FROM system.tables
       WHERE database = {database:String} AND engine LIKE '%MergeTree' ORDER BY name`,
      { database: clickhouse.database },
    )
  await migrateColumns(clickhouse, definition)
  const before = await shape()
  await migrateColumns(clickhouse, definition)
  expect(await shape()).toEqual(before)
})

test('a profile whose history expired is still shown as it was, as long as it has not changed since', async () => {
  const clickhouse = await fresh(true)
  const retention = { profile_history: '400d' }
  await migrateColumns(clickhouse, { features: [], traits: [], definition: { retention } })
  const sink = createRowSink(clickhouse)
  const long = profileRow({ updated_at: '2020-01-01T00:00:00.000Z' })
  await sink.insert({ profiles: [long], profile_history: [long] })
  await clickhouse.command('OPTIMIZE TABLE profile_history FINAL')
  expect(await clickhouse.query('SELECT version FROM profile_history')).toEqual([])
  expect(
    await clickhouse.query(`SELECT version FROM profiles_at(at = '2020-02-01 00:00:00')`),
  ).toEqual([{ version: '1' }])
  await sink.close()
})

test('for a replicated cluster every statement parses, on the cluster and with the replicated engine', async () => {
  const clickhouse = await fresh(true)
  const target = {
    database: 'crm',
    cluster: 'main',
    engine: 'ReplicatedReplacingMergeTree',
  } as const
  const statements = readMigrations().flatMap((migration) => migration.statements)
  for (const statement of statements.map((one) => fillIn(one, target))) {
    expect(statement).toContain("ON CLUSTER 'main'")
    // Only parsed: an embedded server has no cluster.
    await expect(clickhouse.command(`EXPLAIN AST ${statement}`)).resolves.toBeUndefined()
  }
})
