/**
 * ClickHouse as a process of its own: the embedded engine (chdb) behind ClickHouse's HTTP protocol,
 * so that every service talks to it through the official client just as to a real server.
 *
 *   node infra/local/clickhouse-server.ts --dir DIR --port PORT [--host 127.0.0.1] [--database NAME]
 */
import { createServer } from 'node:http'
import { setPriority } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createAdmission } from './clickhouse/admission.ts'
import { openEngine } from './clickhouse/engine.ts'
import { createHandler } from './clickhouse/handle.ts'
import { createInsert } from './clickhouse/insert.ts'
import { createSessions } from './clickhouse/sessions.ts'

const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    port: { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    database: { type: 'string', default: 'default' },
    threads: { type: 'string', default: '4' },
  },
})
/** Of the 19 that a process may leave its share of a busy core to others by. */
const niceness = 10

if (values.dir === undefined || values.port === undefined) {
  process.stderr.write('usage: clickhouse-server --dir DIR --port PORT [--host H] [--database D]\n')
  process.exit(2)
}

// All of a machine is shared here: who takes in what comes goes before who merges what is stored. Threads that begin later inherit it.
setPriority(niceness)

const engine = openEngine(values.dir)
const first = engine.connect()
await first.query(`CREATE DATABASE IF NOT EXISTS \`${values.database}\``, 'Null')
first.close()

const runInsert = createInsert(resolve(values.dir, 'tributary-inserts'))
const sessions = createSessions(engine)
const handle = createHandler(sessions, runInsert, createAdmission(Number(values.threads)))
const server = createServer((message, response) => {
  handle(message, response).catch((error: unknown) => {
    response.destroy(error instanceof Error ? error : undefined)
  })
})
// Clients keep their sockets for as long as they like, as a real server's default would let them.
server.keepAliveTimeout = 30_000
server.requestTimeout = 0
server.listen(Number(values.port), values.host, () => {
  process.stderr.write(`listening on http://${values.host}:${values.port}\n`)
})

let stopping = false
function stop(): void {
  if (stopping) return
  stopping = true
  // Statements that run finish first: close() calls back when the last answer has been sent.
  server.close(() => {
    sessions.close()
    engine.close()
    process.exit(0)
  })
  server.closeIdleConnections()
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
