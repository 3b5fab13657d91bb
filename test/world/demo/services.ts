import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'

export const serviceNames = ['identity', 'profiles', 'email', 'web', 'crm'] as const
export type ServiceName = (typeof serviceNames)[number]

const root = resolve(import.meta.dirname, '../../..')

export interface RunningService {
  readonly name: ServiceName
  readonly url: string
  readonly logFile: string
  readonly pid: number
  /** Resolves with a sentence if the process ends before it was told to. */
  readonly died: Promise<string>
  stop(): Promise<void>
}

/** Starts one service as a process of its own, its log in a file, its health and metrics on a free loopback port. */
export async function startService(
  name: ServiceName,
  environment: Readonly<Record<string, string>>,
  directory: string,
): Promise<RunningService> {
  const port = await freePort()
  const logFile = join(directory, `${name}.log`)
  const log = openSync(logFile, 'w')
  const child = spawn(
    process.execPath,
    ['--disable-warning=TimeoutNegativeWarning', join(root, 'services', name, 'main.ts')],
    {
      cwd: root,
      env: {
        ...environment,
        TRIBUTARY_HTTP_PORT: String(port),
        TRIBUTARY_STATE_DIR: join(directory, 'state', name),
      },
      stdio: ['ignore', log, log],
      detached: true,
    },
  )
  let stopping = false
  const died = once(child, 'exit').then(([code, signal]) =>
    stopping ? '' : `${name} ended by itself (${String(signal ?? code)}); its log: ${logFile}`,
  )
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    logFile,
    pid: child.pid ?? -1,
    died,
    stop: async () => {
      stopping = true
      await terminate(child)
    },
  }
}

/** Resolves when `/health/ready` says yes. */
export async function untilReady(service: RunningService, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs
  const death = service.died.then((sentence) => Promise.reject(new Error(sentence)))
  death.catch(() => undefined)
  for (;;) {
    const answer = await Promise.race([probe(`${service.url}/health/ready`), death])
    if (answer) return
    if (Date.now() > deadline)
      throw new Error(
        `${service.name} is not ready after ${timeoutMs / 1000} s; its log: ${service.logFile}`,
      )
    await Promise.race([pause(100), death])
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolvePause) => {
    setTimeout(resolvePause, ms)
  })

async function probe(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}

/** TERM, then KILL after the ten seconds that a service may take to stop. */
async function terminate(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), 12_000)
  await ended
  clearTimeout(hard)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no free loopback port')
  return address.port
}
