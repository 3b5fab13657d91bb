import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { pathOf, type Tool } from './tools.ts'

export interface Running {
  readonly url: string
  stop(): Promise<void>
}

const startsWithinMs = 20_000
const stopsWithinMs = 5000

/** Starts a server of Prometheus' kind on a free port of loopback, and waits until it listens. */
export async function startServer(tool: Tool, args: readonly string[]): Promise<Running> {
  const process = spawn(pathOf(tool) ?? tool, [...args, '--web.listen-address=127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(process, 'exit')
  let said = ''
  const listening = new Promise<string>((resolve, reject) => {
    process.stderr.setEncoding('utf8').on('data', (more: string) => {
      said += more
      const [, address] = /msg="Listening on" address=(127\.0\.0\.1:\d+)/.exec(said) ?? []
      if (address !== undefined) resolve(`http://${address}`)
    })
    void exited.then(() => reject(new Error(`${tool} ended: ${said}`)))
    setTimeout(() => reject(new Error(`${tool} does not listen: ${said}`)), startsWithinMs).unref()
  })
  const stop = async (): Promise<void> => {
    process.kill('SIGTERM')
    const kill = setTimeout(() => process.kill('SIGKILL'), stopsWithinMs)
    await exited
    clearTimeout(kill)
  }
  try {
    return { url: await listening, stop }
  } catch (error) {
    if (process.exitCode === null) await stop()
    throw error
  }
}

const notificationSchema = z.object({
  status: z.enum(['firing', 'resolved']),
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
})
export type Notification = z.infer<typeof notificationSchema> & {
  /** Path of the webhook. */
  readonly receiver: string
}

/** What Alertmanager tells: a path per receiver. */
export async function startWebhook(): Promise<
  Running & { readonly told: readonly Notification[] }
> {
  const told: Notification[] = []
  const take = async (request: IncomingMessage): Promise<void> => {
    const said = notificationSchema.parse(JSON.parse(await text(request)))
    told.push({ ...said, receiver: (request.url ?? '').slice(1) })
  }
  const server = createServer((request, response) => {
    void take(request).then(() => response.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has this kind of address
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    told,
    stop: async () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
