import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from '../../../infra/local/stack/process-identity.ts'
import { launch, terminate } from '../../../infra/local/stack/supervise.ts'
import { checkout } from './directory.ts'

export const serviceNames = ['identity', 'profiles', 'email', 'web', 'crm'] as const
export type ServiceName = (typeof serviceNames)[number]

export interface RunningService {
  readonly name: string
  readonly url: string
  readonly logFile: string
  readonly pid: number
  isAlive(): boolean
  /** TERM, then KILL after the ten seconds that a service may take to stop. */
  stop(): Promise<void>
}

const graceMs = 12_000

const pidFileOf = (directory: string, name: string): string =>
  join(directory, 'run', `${name}.json`)

/**
 * Starts one service as a process of its own that outlives this one, its log in a file, its health and metrics on a free loopback port.
 */
export async function startService(
  name: ServiceName,
  environment: Readonly<Record<string, string>>,
  directory: string,
): Promise<RunningService> {
  const port = await freePort()
  const logFile = join(directory, `${name}.log`)
  const pidFile = pidFileOf(directory, name)
  const identity = launch({
    name,
    command: process.execPath,
    args: ['--disable-warning=TimeoutNegativeWarning', join(checkout, 'services', name, 'main.ts')],
    environment: {
      ...environment,
      TRIBUTARY_HTTP_PORT: String(port),
      TRIBUTARY_STATE_DIR: join(directory, 'state', name),
    },
    workingDirectory: checkout,
    logFile,
    pidFile,
  })
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    logFile,
    pid: identity.pid,
    isAlive: () => isAlive(identity),
    stop: async () => {
      await terminate(pidFile, graceMs)
    },
  }
}

/** Ends the services of a kept demo; says which were running. */
export async function stopServices(directory: string): Promise<readonly ServiceName[]> {
  const ended = await Promise.all(
    serviceNames.map(async (name) =>
      (await terminate(pidFileOf(directory, name), graceMs)) ? [name] : [],
    ),
  )
  return ended.flat()
}

/** @throws Error naming the first service that ended by itself. */
export function assertAlive(services: readonly RunningService[]): void {
  const dead = services.find((service) => !service.isAlive())
  if (dead !== undefined) throw new Error(`${dead.name} ended by itself; its log: ${dead.logFile}`)
}

/** Resolves when `/health/ready` says yes. */
export async function untilReady(service: RunningService, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await probe(`${service.url}/health/ready`))) {
    assertAlive([service])
    if (performance.now() > deadline)
      throw new Error(
        `${service.name} is not ready after ${timeoutMs / 1000} s; its log: ${service.logFile}`,
      )
    await pause(100)
  }
}

async function probe(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no free loopback port')
  return address.port
}
