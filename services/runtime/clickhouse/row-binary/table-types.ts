import type { ClickHouse } from '../client.ts'
import type { ColumnTypes } from './encode-binary.ts'

/** Types of the columns of tables, asked for once. */
export interface TableTypes {
  /** undefined: ClickHouse does not say, or not now. */
  of(table: string): Promise<ColumnTypes | undefined>
  /** Asks again. True when any column is other than it was: a deploy or a rebuild has changed the table. */
  changed(table: string): Promise<boolean>
}

export function createTableTypes(clickhouse: Pick<ClickHouse, 'query'>): TableTypes {
  const known = new Map<string, Promise<ColumnTypes | undefined>>()

  async function ask(table: string): Promise<ColumnTypes | undefined> {
    try {
      const columns = await clickhouse.query<{ name: string; type: string }>(
        'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String}',
        { table },
      )
      // No columns: no table, or none that may be seen.
      if (columns.length === 0) known.delete(table)
      return new Map(columns.map(({ name, type }) => [name, type]))
    } catch {
      // Rows go as text then, and their insert tells what is wrong.
      known.delete(table)
      return undefined
    }
  }

  async function of(table: string): Promise<ColumnTypes | undefined> {
    let types = known.get(table)
    if (types === undefined) {
      types = ask(table)
      known.set(table, types)
    }
    return types
  }

  return {
    of,
    async changed(table) {
      const before = await of(table)
      known.delete(table)
      const now = await of(table)
      return before !== undefined && now !== undefined && !isSame(before, now)
    },
  }
}

const isSame = (a: ColumnTypes, b: ColumnTypes): boolean =>
  a.size === b.size && [...a].every(([name, type]) => b.get(name) === type)
