import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import { ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client'
import type { TableName } from '#schemas/clickhouse/rows.ts'
import { addressOf } from './address.ts'
import { toClickHouseError, toInsertError } from './errors.ts'
import { quoteName } from './quote.ts'

export interface ClickHouseOptions {
  /** `http://host:port` or `https://host:port`; an account in it counts before `username` and `password`. */
  readonly url: string
  readonly database: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** How long one request may take before it counts as failed. */
  readonly requestTimeoutMs?: number | undefined
}

/** ClickHouse as Tributary uses it. Every method throws a TributaryError: `TRB_CLICKHOUSE_UNAVAILABLE`, `…_DENIED` or `…_REFUSED`. */
export interface ClickHouse {
  readonly database: string
  readonly url: string
  /** Runs a statement that gives no rows. `withoutDatabase`: the database may not exist yet. Values go into `params`, as in a query. */
  command(
    statement: string,
    options?: {
      readonly withoutDatabase?: boolean
      readonly params?: Readonly<Record<string, unknown>>
    },
  ): Promise<void>
  /**
   * Rows of a SELECT, of the shape that the caller names: UInt64 as decimal strings, times as ISO 8601 UTC, missing as null.
   * Values go into `params` (`{name:Type}` in the text), never into the text: the query log keeps literals.
   */
  query<Row extends object>(
    select: string,
    params?: Readonly<Record<string, unknown>>,
    options?: { readonly withoutDatabase?: boolean },
  ): Promise<readonly Row[]>
  /** The same, row by row while they come: for answers that must not lie in memory whole. */
  stream<Row extends object>(
    select: string,
    params?: Readonly<Record<string, unknown>>,
  ): AsyncIterable<Row>
  /** Bytes of a SELECT that names its FORMAT itself (Parquet, say), as they come. A server that fails midway ends them early: look at their end. */
  bytes(select: string, params?: Readonly<Record<string, unknown>>): AsyncIterable<Uint8Array>
  /** What a statement answers that knows no FORMAT (CHECK GRANT), as tab-separated text. Runs outside the database. */
  text(statement: string): Promise<string>
  /** Inserts rows that are encoded already. The promise resolves when they are stored. */
  insertLines(
    table: string,
    format: string,
    columns: readonly string[] | null,
    lines: Buffer | readonly Buffer[],
  ): Promise<void>

  ping(): Promise<void>
  close(): Promise<void>
}

/**
 * Explicit, because defaults differ between versions: asynchronous inserts acknowledge before they store, and deduplication of
 * blocks drops rows that were deleted in between. Idempotence comes from the tables (ReplacingMergeTree), not from here.
 */
export const insertSettings: ClickHouseSettings = {
  async_insert: 0,
  insert_deduplicate: 0,
  date_time_input_format: 'best_effort',
  input_format_skip_unknown_fields: 0,
  // To merge the rows of an insert with one another before they are stored is a sixth of ClickHouse's work; readers do it anyway, since
  // rows of equal keys come in several inserts.
  optimize_on_insert: 0,
  // Inserts of several tables run at once. Threads for each of them, begun and ended for a few hundred rows, are a tenth of its cost.
  max_threads: 1,
  max_insert_threads: '1',
  input_format_parallel_parsing: 0,
  // Rows of a replay may span many months of received_at.
  max_partitions_per_insert_block: '0',
}

/** Where rows hold tuples as objects (see rows.ts); elsewhere they are lists: rankings and provenance. */
const tablesWithObjects: ReadonlySet<string> = new Set<TableName>(['events'])

const querySettings: ClickHouseSettings = {
  // Names of a pipeline file and categories that people share stand in the text of a query: of one column up to half a MiB, where the default is a quarter.
  max_query_size: '1048576',
  output_format_json_quote_64bit_integers: 1,
  date_time_output_format: 'iso',
}

export function createClickHouse(options: ClickHouseOptions): ClickHouse {
  const { password, url, username } = addressOf(options)
  const shared = {
    url,
    request_timeout: options.requestTimeoutMs ?? 60_000,
    application: 'tributary',
    // Its messages quote rows; what went wrong is in the errors that we throw.
    log: { level: ClickHouseLogLevel.OFF },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
  const client = createClient({ ...shared, database: options.database })
  const outside = createClient(shared)
  return {
    database: options.database,
    url,
    async command(statement, { withoutDatabase = false, params } = {}) {
      try {
        await (withoutDatabase ? outside : client).command({
          query: statement,
          ...(params === undefined ? {} : { query_params: params }),
        })
      } catch (error) {
        throw toClickHouseError(error, options)
      }
    },
    async query<Row extends object>(
      select: string,
      params?: Readonly<Record<string, unknown>>,
      { withoutDatabase = false } = {},
    ) {
      try {
        const result = await (withoutDatabase ? outside : client).query({
          query: select,
          format: 'JSONEachRow',
          clickhouse_settings: querySettings,
          ...(params === undefined ? {} : { query_params: params }),
        })
        return await result.json<Row>()
      } catch (error) {
        throw toClickHouseError(error, options)
      }
    },
    async *stream<Row extends object>(
      select: string,
      params?: Readonly<Record<string, unknown>>,
    ): AsyncGenerator<Row> {
      try {
        const result = await client.query({
          query: select,
          format: 'JSONEachRow',
          clickhouse_settings: querySettings,
          ...(params === undefined ? {} : { query_params: params }),
        })
        for await (const rows of result.stream<Row>()) for (const row of rows) yield row.json<Row>()
      } catch (error) {
        throw toClickHouseError(error, options)
      }
    },
    async *bytes(select, params): AsyncGenerator<Uint8Array> {
      try {
        const { stream } = await client.exec({
          query: select,
          ...(params === undefined ? {} : { query_params: params }),
        })
        for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk
      } catch (error) {
        throw toClickHouseError(error, options)
      }
    },
    async text(statement) {
      try {
        const { stream } = await outside.exec({ query: statement })
        return await text(stream)
      } catch (error) {
        throw toClickHouseError(error, options)
      }
    },
    async insertLines(table, format, columns, lines) {
      const names = columns === null ? '' : ` (${columns.map(quoteName).join(', ')})`
      try {
        const { stream } = await client.exec({
          query: `INSERT INTO ${quoteName(table)}${names} FORMAT ${format}`,
          values: Readable.from(Buffer.isBuffer(lines) ? [lines] : lines, { objectMode: false }),
          clickhouse_settings: {
            ...insertSettings,
            input_format_json_named_tuples_as_objects: tablesWithObjects.has(table) ? 1 : 0,
          },
        })
        await finished(stream.resume())
      } catch (error) {
        throw toInsertError(error, table, options)
      }
    },
    async ping() {
      const answer = await client.ping()
      if (!answer.success) throw toClickHouseError(answer.error, options)
    },
    async close() {
      await Promise.all([client.close(), outside.close()])
    },
  }
}
