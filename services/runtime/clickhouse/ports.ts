import type { TableName, TableRows } from '#schemas/clickhouse/rows.ts'
import type { TributaryError } from '../errors/index.ts'

/** Rows by table, as one flush makes them. */
export type RowBatch = { readonly [T in TableName]?: readonly TableRows[T][] }

/** Where services put rows. Safe to repeat: rows are versioned, the tables keep the highest version of each key. */
export interface RowSink {
  /**
   * Resolves when all rows are stored. While ClickHouse is away it waits and tries again for ever.
   * @throws TributaryError `TRB_CLICKHOUSE_REFUSED` when these rows can never be stored, `TRB_SINK_CLOSED` after `close`.
   */
  insert(batch: RowBatch): Promise<void>
  /** Gives up what cannot be stored now: those who wait for it get `TRB_SINK_CLOSED`. */
  close(): Promise<void>
}

/** What is wrong with a table just now, for health and metrics. */
export interface SinkTrouble {
  readonly table: TableName
  readonly error: TributaryError
  readonly attempt: number
  readonly rowsWaiting: number
}
