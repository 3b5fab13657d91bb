import { type ClickHouse, migrateColumns } from '#runtime/clickhouse/index.ts'
import { type MigrateOptions, targetOf } from '#runtime/clickhouse/migrate.ts'
import { fillIn } from '#runtime/clickhouse/migration-files.ts'
import { quoteName } from '#runtime/clickhouse/quote.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { generationTables } from '#schemas/clickhouse/keys.ts'
import type { TableExchange } from '../ports.ts'
import { readHeld } from './read-held.ts'

export interface TableExchangeDeps {
  readonly base: ClickHouse
  readonly shadow: ClickHouse
  readonly definition: CompiledDefinition
  readonly tables: Pick<MigrateOptions, 'cluster' | 'engine'>
}

/** Tables of two databases change places, each at once; which ones did already is told by their UUIDs. */
export function createTableExchange(deps: TableExchangeDeps): TableExchange {
  const { base, shadow, definition } = deps
  const target = targetOf(base, deps.tables)
  const look: TableExchange['look'] = async () => {
    const [here, there] = await Promise.all([uuids(base), uuids(shadow)])
    return Object.fromEntries(
      generationTables.map((table) => [
        table,
        { base: here.get(table) ?? '', shadow: there.get(table) ?? '' },
      ]),
    )
  }
  return {
    look,
    held: () => readHeld(base, shadow),
    async exchange(before) {
      const now = await look()
      for (const table of generationTables) {
        if (now[table]?.base !== before[table]?.base) continue
        const [one, other] = [base, shadow].map(
          ({ database }) => `${quoteName(database)}.${quoteName(table)}`,
        )
        await base.command(fillIn(`EXCHANGE TABLES ${one} AND ${other} {cluster}`, target), {
          withoutDatabase: true,
        })
      }
      // The views name columns of the definition that holds from now on.
      await migrateColumns(base, definition, deps.tables)
    },
  }
}

async function uuids(clickhouse: ClickHouse): Promise<ReadonlyMap<string, string>> {
  const { database } = clickhouse
  const rows = await clickhouse.query<{ name: string; uuid: string }>(
    'SELECT name, toString(uuid) AS uuid FROM system.tables WHERE database = {database:String}',
    { database },
    { withoutDatabase: true },
  )
  return new Map(rows.map(({ name, uuid }) => [name, uuid]))
}
