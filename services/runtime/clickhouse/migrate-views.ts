import type { ClickHouse } from './client.ts'
import { groupViews } from './group-views.ts'
import { fillIn, type MigrationTarget } from './migration-files.ts'
import { type ColumnSource, profilesAt, profilesNow } from './profile-views.ts'

/**
 * Makes the views that depend on the pipeline file: by its columns, or by the size that a group must have. Without a definition they are made once, with the fixed columns, so that
 * a fresh database already answers; views that exist are left alone then.
 */
export async function migrateViews(
  clickhouse: ClickHouse,
  source: ColumnSource | null,
  target: MigrationTarget,
): Promise<void> {
  const none: ColumnSource = { features: [], traits: [] }
  const views = [
    ...[profilesNow, profilesAt].map((view) => view(source ?? none)),
    ...groupViews(source?.definition?.privacy?.min_group),
  ]
  for (const view of views) {
    const statement = fillIn(view, target)
    await clickhouse.command(
      source === null
        ? statement.replace('CREATE OR REPLACE VIEW', 'CREATE VIEW IF NOT EXISTS')
        : statement,
    )
  }
}
