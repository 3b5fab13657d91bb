import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { tableNames } from '#schemas/clickhouse/keys.ts'
import { readMigrations } from './migration-files.ts'
import { tablesPage } from './tables-page.ts'

test('docs/tables.md is what the migrations say', async () => {
  const file = fileURLToPath(new URL('../../../docs/tables.md', import.meta.url))
  await expect(tablesPage(readMigrations())).toMatchFileSnapshot(file)
})

test('every table and view has a line of its own and every column a meaning', () => {
  const page = tablesPage(readMigrations())
  for (const name of [
    ...tableNames,
    'profiles_now',
    'profiles_at',
    'events_now',
    'segment_members',
  ]) {
    expect(page).toMatch(new RegExp(`^\\| \\[${name}\\]\\(#${name}\\) \\| \\w+ \\| \\S+`, 'm'))
  }
  expect(page).not.toMatch(/\|\s*\|$/m)
})
