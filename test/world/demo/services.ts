import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from '../../../infra/local/stack/process-identity.ts'
import { launch, terminate } from '../../../infra/local/stack/supervise.ts'
import { checkout } from './directory.ts'
import { readPortFile } from './port-file.ts'

export const serviceNames = ['identity', 'profiles', 'email', 'web', 'crm'] as const
export type ServiceName = (typeof serviceNames)[number]

export interface RunningService {
  readonly name: string
  /** Base address of health and metrics; null: it does not serve them yet. */
  url(): string | null
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
 * Starts one service as a process of its own that outlives this one, its log in a file, its health and metrics on a loopback port that it chooses:
 * one that was free a moment ago somebody else may have by the time it listens.
 */
export function startService(
  name: ServiceName,
  environment: Readonly<Record<string, string>>,
  directory: string,
): RunningService {
  const portFile = join(directory, 'run', `${name}.port.json`)
  rmSync(portFile, { force: true })
  const logFile = join(directory, `${name}.log`)
  const pidFile = pidFileOf(directory, name)
  const identity = launch({
    name,
    command: process.execPath,
    args: ['--disable-warning=TimeoutNegativeWarning', join(checkout, 'services', name, 'main.ts')],
    environment: {
      ...environment,
      TRIBUTARY_HTTP_PORT: '0',
      TRIBUTARY_HTTP_PORT_FILE: portFile,
      TRIBUTARY_STATE_DIR: join(directory, 'state', name),
    },
    workingDirectory: checkout,
    logFile,
    pidFile,
  })
  return {
    name,
    url: () => readPortFile(portFile),
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
  while (!(await isReady(service))) {
    assertAlive([service])
    if (performance.now() > deadline)
      throw new Error(
        `${service.name} is not ready after ${timeoutMs / 1000} s; its log: ${service.logFile}`,
      )
    await pause(100)
  }
}

async function isReady(service: RunningService): Promise<boolean> {
  const url = service.url()
  if (url === null) return false
  try {
    return (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}
