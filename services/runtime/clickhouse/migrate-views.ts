import type { ClickHouse } from './client.ts'
import { fillIn, type MigrationTarget } from './migration-files.ts'
import { type ColumnSource, profilesAt, profilesNow } from './profile-views.ts'

/**
 * Makes the views whose columns come from the pipeline file. Without a definition they are made once, with the fixed columns, so that
 * a fresh database already answers; views that exist are left alone then.
 */
export async function migrateViews(
  clickhouse: ClickHouse,
  source: ColumnSource | null,
  target: MigrationTarget,
): Promise<void> {
  const none: ColumnSource = { features: [], traits: [] }
  for (const view of [profilesNow, profilesAt]) {
    const statement = fillIn(view(source ?? none), target)
    await clickhouse.command(
      source === null
        ? statement.replace('CREATE OR REPLACE VIEW', 'CREATE VIEW IF NOT EXISTS')
        : statement,
    )
  }
}
