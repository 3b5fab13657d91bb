import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { readBody } from './body.ts'
import type { EngineResult } from './engine.ts'
import { serverError, toFailure } from './errors.ts'
import type { RunInsert } from './insert.ts'
import { preamble, type QueryRequest, readRequest } from './request.ts'
import type { Sessions } from './sessions.ts'
import { dataOffset, shapeOf } from './statement.ts'

type Handler = (message: IncomingMessage, response: ServerResponse) => Promise<void>

/** Answers ClickHouse's HTTP protocol from an embedded engine; every request is its own session, as far as it can tell. */
export function createHandler(
  sessions: Pick<Sessions, 'with'>,
  runInsert: RunInsert,
  admit: <T>(work: () => Promise<T>) => Promise<T>,
): Handler {
  return async function handle(message, response) {
    if (isProbe(message, response)) return
    const request = readRequest(message)
    response.setHeader('X-ClickHouse-Query-Id', request.queryId ?? randomUUID())
    response.setHeader('X-ClickHouse-Server-Display-Name', 'tributary-local')
    response.setHeader('X-ClickHouse-Timezone', 'UTC')
    try {
      const body = await readBody(message)
      const { result, format } = await admit(() => run(sessions, runInsert, request, body))
      sendResult(response, request, result, format)
    } catch (error) {
      sendFailure(response, error)
    }
  }
}

function isProbe(message: IncomingMessage, response: ServerResponse): boolean {
  const path = (message.url ?? '/').split('?')[0] ?? '/'
  if (path === '/ping' || path === '/replicas_status') {
    response.end('Ok.\n')
    return true
  }
  if (path === '/' && message.method === 'GET' && !(message.url ?? '').includes('query=')) {
    response.end('Ok.\n')
    return true
  }
  if (path !== '/') {
    response.statusCode = 404
    response.end(`There is no handle ${path}\n`)
    return true
  }
  return false
}

interface Ran {
  readonly result: EngineResult
  readonly format: string
}

async function run(
  sessions: Pick<Sessions, 'with'>,
  runInsert: RunInsert,
  request: QueryRequest,
  body: Buffer,
): Promise<Ran> {
  const { sql, data } = split(request.query, body)
  const { insertFormat: format, outputFormat, several } = shapeOf(sql)
  if (format !== null) {
    const insert = { sql: sql.replace(/[;\s]+$/, ''), format, data }
    const result = await sessions.with(preamble(request), true, async (connection) =>
      runInsert(connection, insert),
    )
    return { result, format: 'Null' }
  }
  if (several) {
    throw serverError(62, 'SYNTAX_ERROR', 'Syntax error: Multi-statements are not allowed')
  }
  const text = data.length === 0 ? sql : `${sql}\n${data.toString('utf8')}`
  if (text.trim() === '') throw serverError(62, 'SYNTAX_ERROR', 'Syntax error: Empty query')
  const result = await sessions.with(preamble(request), false, async (connection) =>
    connection.query(text, request.defaultFormat),
  )
  return { result, format: outputFormat ?? request.defaultFormat }
}

/** Statement and rows: the query parameter and the body, or one body that holds both. */
function split(query: string, body: Buffer): { sql: string; data: Buffer } {
  if (query.trim() !== '') return { sql: query, data: body }
  // Only the head can hold the clause, and latin1 keeps byte offsets of binary rows.
  const offset = dataOffset(body.subarray(0, 64 * 1024).toString('latin1'))
  if (offset === null) return { sql: body.toString('utf8'), data: Buffer.alloc(0) }
  const sql = body.subarray(0, offset).toString('utf8')
  if (shapeOf(sql).insertFormat === null) {
    return { sql: body.toString('utf8'), data: Buffer.alloc(0) }
  }
  const rest = body.subarray(offset)
  const gap = rest[0] === 0x0d && rest[1] === 0x0a ? 2 : 1
  return { sql, data: rest.subarray(gap) }
}

function sendResult(
  response: ServerResponse,
  request: QueryRequest,
  result: EngineResult,
  format: string,
): void {
  response.setHeader(
    'X-ClickHouse-Summary',
    JSON.stringify({
      read_rows: String(result.rowsRead),
      read_bytes: String(result.bytesRead),
      written_rows: String(result.rowsWritten),
      written_bytes: String(result.bytesWritten),
      total_rows_to_read: '0',
      result_rows: '0',
      result_bytes: String(result.bytes.length),
      elapsed_ns: String(Math.round(result.elapsedSeconds * 1e9)),
    }),
  )
  response.setHeader('X-ClickHouse-Format', format)
  response.setHeader('Content-Type', contentType(format))
  if (request.gzipResponse && result.bytes.length > 0) {
    response.setHeader('Content-Encoding', 'gzip')
    response.end(gzipSync(result.bytes, { level: 1 }))
    return
  }
  response.end(result.bytes)
}

function sendFailure(response: ServerResponse, error: unknown): void {
  const failure = toFailure(error)
  response.statusCode = failure.status
  response.setHeader('X-ClickHouse-Exception-Code', String(failure.code))
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8')
  response.end(`${failure.message}\n`)
}

function contentType(format: string): string {
  if (/^JSON(Each|Compact.*Each|StringsEach|CompactStringsEach)/.test(format)) {
    return 'application/x-ndjson; charset=UTF-8'
  }
  if (format.startsWith('JSON')) return 'application/json; charset=UTF-8'
  if (format.startsWith('CSV')) return 'text/csv; charset=UTF-8; header=absent'
  if (format.startsWith('T')) return 'text/tab-separated-values; charset=UTF-8'
  return /^(RowBinary|Native|Arrow|Parquet|ORC)/.test(format)
    ? 'application/octet-stream'
    : 'text/plain; charset=UTF-8'
}
