import type { ClickHouse } from '../client.ts'
import type { ColumnTypes } from './encode-block.ts'

/** Types of the columns of tables, asked for once. */
export interface TableTypes {
  /** undefined: ClickHouse does not say, or not now. */
  of(table: string): Promise<ColumnTypes | undefined>
  /** Types of a table that a deploy or a rebuild has changed since `used` were told; undefined: they are the same, or nobody says. */
  newer(table: string, used: ColumnTypes): Promise<ColumnTypes | undefined>
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
    async newer(table, used) {
      // Somebody else may have asked again meanwhile.
      if ((await of(table)) === used) known.delete(table)
      const now = await of(table)
      return now === undefined || isSame(used, now) ? undefined : now
    },
  }
}

const isSame = (a: ColumnTypes, b: ColumnTypes): boolean =>
  a.size === b.size && [...a].every(([name, type]) => b.get(name) === type)
