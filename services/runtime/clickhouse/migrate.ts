import { TributaryError } from '../errors/index.ts'
import type { ClickHouse } from './client.ts'
import { migrateViews } from './migrate-views.ts'
import { fillIn, type Migration, type MigrationTarget, readMigrations } from './migration-files.ts'

export interface MigrateOptions {
  /** Create everything `ON CLUSTER` of this name. */
  readonly cluster?: string | null
  readonly engine?: MigrationTarget['engine']
  readonly migrations?: readonly Migration[]
  /** Show what would be applied, change nothing. */
  readonly dryRun?: boolean
  /** Now; recorded only. */
  readonly now: () => Date
}

export interface MigrateResult {
  readonly database: string
  /** Numbers and names, in order: applied by this call (or, in a dry run, to be applied). */
  readonly applied: readonly string[]
  readonly upToDate: readonly string[]
}

/**
 * Brings a database to this build's schema. Needs no lock: every statement may run twice, also at the same time, and a migration is
 * recorded after its last statement.
 * @throws TributaryError `TRB_MIGRATION_CHANGED` when an applied migration's file is another now.
 */
export async function migrate(
  clickhouse: ClickHouse,
  options: MigrateOptions,
): Promise<MigrateResult> {
  const target = targetOf(clickhouse, options)
  const migrations = options.migrations ?? readMigrations()
  if (options.dryRun !== true) {
    await clickhouse.command(fillIn('CREATE DATABASE IF NOT EXISTS {database} {cluster}', target), {
      withoutDatabase: true,
    })
  }
  const done = await appliedMigrations(clickhouse)
  for (const migration of migrations) refuseChanged(migration, done)
  const pending = migrations.filter(({ version }) => !done.has(version))
  const result = {
    database: clickhouse.database,
    applied: pending.map(label),
    upToDate: migrations.filter(({ version }) => done.has(version)).map(label),
  }
  if (options.dryRun === true) return result
  for (const migration of pending) await apply(clickhouse, migration, target, options.now())
  await migrateViews(clickhouse, null, target)
  return result
}

export function targetOf(
  { database }: ClickHouse,
  { cluster = null, engine = 'ReplacingMergeTree' }: Pick<MigrateOptions, 'cluster' | 'engine'>,
): MigrationTarget {
  return { database, cluster, engine }
}

const label = ({ version, name }: Migration): string =>
  `${String(version).padStart(4, '0')}_${name}`

/** Checksums of the migrations that a database has, by version; none where it was never migrated. */
export async function appliedMigrations(
  clickhouse: ClickHouse,
): Promise<ReadonlyMap<number, string>> {
  const { database } = clickhouse
  const [tables] = await clickhouse.query<{ n: string }>(
    'SELECT count() AS n FROM system.tables WHERE database = {database:String} AND name = {name:String}',
    { database, name: 'schema_migrations' },
    { withoutDatabase: true },
  )
  if (tables?.n !== '1') return new Map()
  const rows = await clickhouse.query<{ version: number; checksum: string }>(
    'SELECT version, checksum FROM schema_migrations FINAL',
  )
  return new Map(rows.map(({ version, checksum }) => [version, checksum]))
}

/**
 * Whether a database has all that this build writes; one that is newer has it too.
 * @throws TributaryError `TRB_DEPENDENCY_UNAVAILABLE` while it has not: somebody may be migrating it
 */
export async function checkMigrated(
  clickhouse: ClickHouse,
  migrations: readonly Migration[] = readMigrations(),
): Promise<void> {
  const done = await appliedMigrations(clickhouse)
  const pending = migrations.filter(({ version }) => !done.has(version))
  if (pending.length === 0) return
  throw new TributaryError(
    'TRB_DEPENDENCY_UNAVAILABLE',
    `database ${clickhouse.database} lacks ${pending.length} of ${migrations.length} migrations: run tributary migrate`,
    { hint: 'Run tributary migrate; services go on by themselves when it is done.' },
  )
}

function refuseChanged(migration: Migration, done: ReadonlyMap<number, string>): void {
  const recorded = done.get(migration.version)
  if (recorded === undefined || recorded === migration.checksum) return
  throw new TributaryError(
    'TRB_MIGRATION_CHANGED',
    `migration ${label(migration)} was applied with checksum ${recorded.slice(0, 12)}, its file has ${migration.checksum.slice(0, 12)}`,
    { context: { version: migration.version } },
  )
}

async function apply(
  clickhouse: ClickHouse,
  migration: Migration,
  target: MigrationTarget,
  appliedAt: Date,
): Promise<void> {
  for (const statement of migration.statements) {
    await clickhouse.command(fillIn(statement, target))
  }
  const { version, name, checksum } = migration
  const row = { version, name, checksum, applied_at: appliedAt.toISOString() }
  await clickhouse.insertLines(
    'schema_migrations',
    'JSONEachRow',
    null,
    Buffer.from(`${JSON.stringify(row)}\n`),
  )
}
