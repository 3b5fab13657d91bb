import { writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { asError, TributaryError } from '../errors/index.ts'
import type { Health } from './health.ts'
import type { Logger } from './logger.ts'
import type { MetricsRegistry } from './metrics.ts'

export interface TelemetryServerOptions {
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  /** Written once the port is bound: `{"host","port","url"}`. */
  readonly portFile: string | null
  readonly health: Health
  readonly metrics: MetricsRegistry
  readonly log: Logger
}

export interface TelemetryServer {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

const json = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}

function unbound(error: Error, { host, port }: TelemetryServerOptions): TributaryError {
  const taken = 'code' in error && error.code === 'EADDRINUSE'
  return new TributaryError(
    'TRB_CONFIG_INVALID',
    `TRIBUTARY_HTTP_HOST, TRIBUTARY_HTTP_PORT: health and metrics can't be served at ${host}, port ${port}: ${error.message}`,
    {
      cause: error,
      hint: taken
        ? 'Another process has the port, perhaps the one before that has not ended yet: give each process a port of its own, or 0 for a free one.'
        : 'Give an address of this host, 0.0.0.0 for all of them.',
    },
  )
}

function writePort(file: string, content: string): void {
  try {
    writeFileSync(file, content)
  } catch (error) {
    throw new TributaryError(
      'TRB_CONFIG_INVALID',
      `TRIBUTARY_HTTP_PORT_FILE: '${file}' can't be written: ${asError(error).message}`,
      { cause: error },
    )
  }
}

/**
 * /metrics, /health (everything, with reasons), /health/live (200 while the event loop turns) and /health/ready (503 while
 * the process starts, stops, or some part is not well).
 */
export async function startTelemetryServer(
  options: TelemetryServerOptions,
): Promise<TelemetryServer> {
  const { health, metrics, log } = options

  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    switch (path) {
      case '/metrics': {
        const text = await metrics.text()
        response.writeHead(200, { 'content-type': metrics.contentType })
        response.end(text)
        return
      }
      case '/health/live':
        json(response, 200, { status: 'ok' })
        return
      case '/health/ready':
      case '/health': {
        const report = health.read()
        json(response, path === '/health/ready' && report.status !== 'ok' ? 503 : 200, report)
        return
      }
      default:
        json(response, 404, {
          error: `no ${path}; there are /metrics, /health, /health/live, /health/ready`,
        })
    }
  }

  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    answer(path, response).catch((error: unknown) => {
      log.error({ err: error, path }, 'a telemetry request failed')
      response.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(unbound(error, options)))
    server.listen(options.port, options.host, resolve)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has this kind of address
  const { port } = server.address() as AddressInfo
  const url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`
  log.info({ host: options.host, port, url }, 'health and metrics are served')
  if (options.portFile !== null)
    writePort(options.portFile, `${JSON.stringify({ host: options.host, port, url })}\n`)
  return {
    url,
    port,
    close: async () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
