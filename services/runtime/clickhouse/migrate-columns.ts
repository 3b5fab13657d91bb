import { featureColumns, type GeneratedColumn, traitColumns } from '#schemas/clickhouse/columns.ts'
import { TributaryError } from '../errors/index.ts'
import type { ClickHouse } from './client.ts'
import { type MigrateOptions, targetOf } from './migrate.ts'
import { migrateRetention } from './migrate-retention.ts'
import { migrateViews } from './migrate-views.ts'
import { fillIn } from './migration-files.ts'
import type { ColumnSource } from './profile-views.ts'
import { quoteName, quoteText } from './quote.ts'

export interface MigrateColumnsResult {
  /** Names of the columns that `profiles` and `profile_history` lacked. */
  readonly added: readonly string[]
}

const tables = ['profiles', 'profile_history'] as const

/**
 * Gives `profiles` and `profile_history` the columns of a definition's features and traits, sets how long the tables
 * keep rows, then makes the views anew. To be called
 * before the definition enters the log. Columns are only ever added: rows of an older definition stay readable. Comments say what the newest one means.
 * @throws TributaryError `TRB_COLUMN_TYPE_CHANGED` when a column of that name has another type; nothing was changed then.
 */
export async function migrateColumns(
  clickhouse: ClickHouse,
  source: ColumnSource,
  options: Pick<MigrateOptions, 'cluster' | 'engine' | 'dryRun'> = {},
): Promise<MigrateColumnsResult> {
  const target = targetOf(clickhouse, options)
  const wanted = [
    ...source.features.flatMap(featureColumns),
    ...source.traits.flatMap(traitColumns),
  ]
  const missing = new Map<string, readonly GeneratedColumn[]>()
  const redescribed = new Map<string, readonly GeneratedColumn[]>()
  for (const table of tables) {
    const columns = await columnsOf(clickhouse, table)
    for (const column of wanted) refuseChanged(table, column, columns.get(column.name)?.type)
    missing.set(
      table,
      wanted.filter(({ name }) => !columns.has(name)),
    )
    redescribed.set(
      table,
      wanted.filter(({ name, comment }) => (columns.get(name)?.comment ?? comment) !== comment),
    )
  }
  if (options.dryRun !== true) {
    for (const table of tables) {
      const changes = [
        ...(missing.get(table) ?? []).map(
          ({ name, type, comment }) =>
            `ADD COLUMN IF NOT EXISTS ${quoteName(name)} ${type} COMMENT ${quoteText(comment)}`,
        ),
        ...(redescribed.get(table) ?? []).map(
          ({ name, comment }) => `COMMENT COLUMN ${quoteName(name)} ${quoteText(comment)}`,
        ),
      ]
      if (changes.length === 0) continue
      await clickhouse.command(
        fillIn(`ALTER TABLE {database}.${table} {cluster} `, target) + changes.join(', '),
      )
    }
    if (source.definition !== undefined) {
      await migrateRetention(clickhouse, source.definition.retention, target)
    }
    await migrateViews(clickhouse, source, target)
  }
  const names = new Set([...missing.values()].flat().map(({ name }) => name))
  return { added: [...names].toSorted() }
}

interface PresentColumn {
  readonly name: string
  readonly type: string
  readonly comment: string
}

async function columnsOf(
  clickhouse: ClickHouse,
  table: string,
): Promise<ReadonlyMap<string, PresentColumn>> {
  const rows = await clickhouse.query<PresentColumn>(
    'SELECT name, type, comment FROM system.columns WHERE database = {database:String} AND table = {table:String}',
    { database: clickhouse.database, table },
  )
  return new Map(rows.map((row) => [row.name, row]))
}

function refuseChanged(table: string, column: GeneratedColumn, type: string | undefined): void {
  // ClickHouse quotes names inside of types that are words of its own: `from`.
  if (type === undefined || type.replaceAll('`', '') === column.type) return
  throw new TributaryError(
    'TRB_COLUMN_TYPE_CHANGED',
    `column ${column.name} of ${table} is ${type}, the definition makes it ${column.type}`,
    { context: { table, column: column.name } },
  )
}
