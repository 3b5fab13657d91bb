/* oxlint-disable typescript/no-unsafe-type-assertion -- a table has rows of one kind; what went through JSON has its type still */
import { tableKeys } from '#schemas/clickhouse/keys.ts'
import type { TableName, TableRows } from '#schemas/clickhouse/rows.ts'

/** ClickHouse as ReplacingMergeTree(version) sees it. Two rows of one key and version that differ are a failure, whoever wins. */
export interface ModelTables {
  insert<T extends TableName>(table: T, rows: readonly TableRows[T][]): void
  /** The winning rows. */
  final<T extends TableName>(table: T): readonly TableRows[T][]
  /** How often what `final` gives has changed. */
  changes(): number
}

interface Winner {
  readonly version: bigint
  readonly text: string
}

export function createTables(fail: (what: string) => void): ModelTables {
  const winners = new Map<TableName, Map<string, Winner>>()
  const contents = new Map<string, string>()
  let changed = 0
  return {
    insert(table, rows) {
      const known = winners.get(table) ?? new Map<string, Winner>()
      winners.set(table, known)
      for (const row of rows) {
        const fields = row as unknown as Readonly<Record<string, unknown>>
        const key = tableKeys[table].map((name) => String(fields[name])).join('|')
        const text = JSON.stringify(row)
        const same = `${table}|${key}|${row.version}`
        const before = contents.get(same)
        if (before === text) continue
        if (before !== undefined) fail(`two rows of ${same} differ:\n  ${before}\n  ${text}`)
        contents.set(same, text)
        const version = BigInt(row.version)
        const winner = known.get(key)
        if (winner !== undefined && version < winner.version) continue
        known.set(key, { version, text })
        changed++
      }
    },
    final<T extends TableName>(table: T) {
      return [...(winners.get(table)?.values() ?? [])].map(
        ({ text }) => JSON.parse(text) as TableRows[T],
      )
    },
    changes: () => changed,
  }
}
