import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { type ClickHouse, createClickHouse, migrate } from '#runtime/clickhouse/index.ts'

/** A database of its own on the stack under test, dropped at the end. */
export interface TestDatabase extends AsyncDisposable {
  readonly clickhouse: ClickHouse
  drop(): Promise<void>
}

export async function createTestDatabase(
  options: { readonly migrated?: boolean } = {},
): Promise<TestDatabase> {
  const database = `test_${randomBytes(6).toString('hex')}`
  const clickhouse = createClickHouse({ url: inject('stack').clickhouseUrl, database })
  if (options.migrated !== false) await migrate(clickhouse, { now: () => new Date() })
  const drop = async (): Promise<void> => {
    await clickhouse.command(`DROP DATABASE IF EXISTS ${database}`, { withoutDatabase: true })
    await clickhouse.close()
  }
  return { clickhouse, drop, [Symbol.asyncDispose]: drop }
}
