import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** What one statement gave: the formatted result and ClickHouse's own counters. */
export interface EngineResult {
  readonly bytes: Uint8Array
  readonly rowsRead: number
  readonly bytesRead: number
  readonly rowsWritten: number
  readonly bytesWritten: number
  readonly elapsedSeconds: number
}

/** A connection has its own current database, settings and query parameters; none outlive it. */
export interface EngineConnection {
  query(sql: string, format: string): Promise<EngineResult>
  /** `prefix` ends with the name of the format (the addon adds the line feed); what follows a blank line in `data` is dropped. */
  insert(prefix: string, data: Buffer): Promise<EngineResult>
  close(): void
}

export interface Engine {
  connect(): EngineConnection
  close(): void
}

interface NativeQueryResult {
  readonly bytes?: Uint8Array
  readonly elapsed: number
  readonly rowsRead?: number
  readonly bytesRead?: number
  readonly rowsWritten?: number
  readonly bytesWritten?: number
}

interface NativeAddon {
  CreateConnection(path: string): unknown
  CloseConnection(connection: unknown): void
  QueryAsyncConnection(connection: unknown, sql: string, format: string): Promise<NativeQueryResult>
  InsertRawAsyncConnection(
    connection: unknown,
    prefix: string,
    data: Buffer,
    countLines: boolean,
  ): Promise<NativeQueryResult>
}

/**
 * Opens chdb (ClickHouse as a library) on a data directory that this process owns alone.
 *
 * It goes below chdb's public `Session`: that one lists the formats it lets through (no RowBinary)
 * and runs parametrised queries one after the other, both of which the addon itself does not need.
 */
export function openEngine(dataDirectory: string): Engine {
  const addon = loadAddon()
  // The engine lives as long as one connection does; this one keeps it between requests.
  const keeper = addon.CreateConnection(dataDirectory)
  return {
    connect: () => connect(addon, dataDirectory),
    close: () => {
      addon.CloseConnection(keeper)
    },
  }
}

function connect(addon: NativeAddon, dataDirectory: string): EngineConnection {
  const handle = addon.CreateConnection(dataDirectory)
  return {
    query: async (sql, format) => {
      return toResult(await addon.QueryAsyncConnection(handle, sql, format))
    },
    insert: async (prefix, data) => {
      return toResult(await addon.InsertRawAsyncConnection(handle, prefix, data, false))
    },
    close: () => {
      addon.CloseConnection(handle)
    },
  }
}

function toResult(raw: NativeQueryResult): EngineResult {
  return {
    bytes: raw.bytes ?? new Uint8Array(0),
    rowsRead: raw.rowsRead ?? 0,
    bytesRead: raw.bytesRead ?? 0,
    rowsWritten: raw.rowsWritten ?? 0,
    bytesWritten: raw.bytesWritten ?? 0,
    elapsedSeconds: raw.elapsed,
  }
}

function loadAddon(): NativeAddon {
  const require = createRequire(import.meta.url)
  const packageRoot = dirname(require.resolve('chdb/package.json'))
  const loader: unknown = require(join(packageRoot, 'dist', 'loader.js'))
  if (!isLoader(loader)) throw new Error('chdb has no loadNative(): was its version changed?')
  return loader.loadNative()
}

function isLoader(value: unknown): value is { loadNative(): NativeAddon } {
  return typeof value === 'object' && value !== null && 'loadNative' in value
}
