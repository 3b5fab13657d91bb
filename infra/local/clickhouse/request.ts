import type { IncomingMessage } from 'node:http'

/** One HTTP request of ClickHouse's protocol, read but not yet run. */
export interface QueryRequest {
  readonly query: string
  readonly database: string
  readonly defaultFormat: string
  readonly queryId: string | null
  readonly gzipResponse: boolean
  readonly settings: readonly (readonly [string, string])[]
  readonly params: readonly (readonly [string, string])[]
}

/** Parameters of the protocol itself; every other one is a setting of the query. */
const protocolParameters = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'user',
  'password',
  'quota_key',
  'role',
  'session_id',
  'session_timeout',
  'session_check',
  'close_session',
  'stacktrace',
  'compress',
  'decompress',
  'buffer_size',
  'wait_end_of_query',
])

export function readRequest(message: IncomingMessage): QueryRequest {
  const url = new URL(message.url ?? '/', 'http://localhost')
  const settings: [string, string][] = []
  const params: [string, string][] = []
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) params.push([name.slice('param_'.length), value])
    else if (!protocolParameters.has(name)) settings.push([name, value])
  }
  const compressed = ['1', 'true'].includes(url.searchParams.get('enable_http_compression') ?? '')
  return {
    query: url.searchParams.get('query') ?? '',
    database: url.searchParams.get('database') ?? header(message, 'x-clickhouse-database') ?? '',
    defaultFormat:
      url.searchParams.get('default_format') ??
      header(message, 'x-clickhouse-format') ??
      'TabSeparated',
    queryId: url.searchParams.get('query_id'),
    gzipResponse: compressed && (header(message, 'accept-encoding') ?? '').includes('gzip'),
    settings,
    params,
  }
}

/**
 * Statements that put a fresh connection into the state that the request asks for.
 * A `param_*` value travels escaped (`\N` is null), which is just what `SET param_x` reads.
 */
export function preamble(request: QueryRequest): string {
  const use = request.database === '' ? [] : [`USE ${quoteName(request.database)}`]
  const settings = request.settings.map(([name, value]) => `${name}=${quoteText(value)}`)
  const params = request.params.map(([name, value]) => `param_${name}=${quoteText(value)}`)
  for (const [name] of [...request.settings, ...request.params]) {
    if (!/^[A-Za-z_][A-Za-z0-9_.]*$/.test(name)) {
      throw new Error(`Code: 115. DB::Exception: Unknown setting '${name}' (UNKNOWN_SETTING)`)
    }
  }
  const sets = [...settings, ...params]
  return [...use, ...(sets.length === 0 ? [] : [`SET ${sets.join(', ')}`])].join('; ')
}

function quoteText(value: string): string {
  return `'${value.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`
}

function quoteName(name: string): string {
  return `\`${name.replace(/\\/g, '\\\\').replace(/`/g, '\\`')}\``
}

function header(message: IncomingMessage, name: string): string | null {
  const value = message.headers[name]
  return typeof value === 'string' ? value : null
}
