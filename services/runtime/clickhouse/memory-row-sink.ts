import { tableKeys, tableNames, tablesWithDeletedRows } from '#schemas/clickhouse/keys.ts'
import type { TableName, TableRows } from '#schemas/clickhouse/rows.ts'
import { TributaryError } from '../errors/index.ts'
import type { RowSink } from './ports.ts'

/** A sink for tests: keeps rows in memory and reads them as FINAL would. */
export interface MemoryRowSink extends RowSink {
  /** Every row ever inserted, in order. */
  all<T extends TableName>(table: T): readonly TableRows[T][]
  /** One row per key: the highest version, the later insert at equal versions; deleted ones hidden. In order of first insert. */
  final<T extends TableName>(table: T): readonly TableRows[T][]
}

export function createMemoryRowSink(): MemoryRowSink {
  const tables: { [T in TableName]: TableRows[T][] } = {
    events: [],
    profile_identifiers: [],
    profile_identifier_history: [],
    profiles: [],
    profile_history: [],
    segment_memberships: [],
    segment_transitions: [],
    consent_history: [],
    identity_decisions: [],
    identity_links: [],
    dead_letters: [],
    dead_letter_replays: [],
    pipeline_health: [],
  }
  let open = true
  const store = <T extends TableName>(table: T, rows: readonly TableRows[T][]): void => {
    // Copies, as a database would have: callers may reuse their objects.
    for (const row of rows) tables[table].push(structuredClone(row))
  }
  return {
    insert(batch) {
      if (!open) return Promise.reject(new TributaryError('TRB_SINK_CLOSED', 'the sink is closed'))
      for (const table of tableNames) store(table, batch[table] ?? [])
      return Promise.resolve()
    },
    close() {
      open = false
      return Promise.resolve()
    },
    all: (table) => tables[table],
    final<T extends TableName>(table: T): readonly TableRows[T][] {
      const rows: readonly TableRows[T][] = tables[table]
      const newest = new Map<string, TableRows[T]>()
      for (const row of rows) {
        const fields = new Map<string, unknown>(Object.entries(row))
        const key = JSON.stringify(tableKeys[table].map((name) => fields.get(name)))
        const known = newest.get(key)
        if (known === undefined || BigInt(row.version) >= BigInt(known.version))
          newest.set(key, row)
      }
      const hides = tablesWithDeletedRows.has(table)
      return [...newest.values()].filter((row) => !(hides && 'deleted' in row && row.deleted === 1))
    },
  }
}
