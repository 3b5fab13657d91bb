import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { checkout } from '../../world/demo/directory.ts'
import { readPortFile } from '../../world/demo/port-file.ts'
import type { ServiceName } from '../../world/demo/services.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Those of the demo, and the monitor. */
export type TestedService = ServiceName | 'drift'

/** One process of a service under test. */
export interface ServiceProcess {
  readonly service: TestedService
  /** Tells the processes of one service apart; each has a state directory of its own. */
  readonly instance: string
  readonly logFile: string
  /** Undefined when it could not even be started. */
  readonly pid: number | undefined
  readonly exited: Promise<Exit>
  isAlive(): boolean
  /** How it ended and its last words, for messages of failed tests. */
  lastWords(): string
  /** Base address of health and metrics; resolves once the process serves them. */
  url(): Promise<string>
  kill(signal: NodeJS.Signals): void
  /** TERM, and how it ended. */
  stop(): Promise<Exit>
}

export interface ServiceProcessOptions {
  readonly service: TestedService
  readonly instance: string
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
}

const pollMs = 50

/** Starts a service as its image does. The process does not outlive the test process, however that one ends. */
export function startServiceProcess(options: ServiceProcessOptions): ServiceProcess {
  const { service, instance, directory, environment } = options
  const stateDir = join(directory, 'state', instance)
  mkdirSync(stateDir, { recursive: true })
  const portPath = join(directory, `${instance}-${Math.random().toString(36).slice(2)}.port.json`)
  const logFile = join(directory, `${instance}.log`)
  const log = openSync(logFile, 'a')
  const child = spawn(
    process.execPath,
    ['--disable-warning=TimeoutNegativeWarning', join(checkout, 'services', service, 'main.ts')],
    {
      cwd: checkout,
      stdio: ['ignore', log, log],
      env: {
        ...environment,
        TRIBUTARY_STATE_DIR: stateDir,
        TRIBUTARY_HTTP_PORT: '0',
        TRIBUTARY_HTTP_PORT_FILE: portPath,
      },
    },
  )
  closeSync(log)
  const exited = exitOf(child)
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    service,
    instance,
    logFile,
    pid: child.pid,
    exited,
    isAlive,
    lastWords: () => `exit ${child.exitCode ?? child.signalCode ?? 'none'}; ${tail(logFile)}`,
    url: async () => {
      for (;;) {
        const known = readPortFile(portPath)
        if (known !== null) return known
        if (!isAlive())
          throw new Error(
            `${instance} ended before it served; exit ${child.exitCode}; ${tail(logFile)}`,
          )
        await pause(pollMs)
      }
    },
    kill: (signal) => {
      child.kill(signal)
    },
    stop: async () => {
      child.kill('SIGTERM')
      return exited
    },
  }
}

const living = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

async function exitOf(child: ChildProcess): Promise<Exit> {
  living.add(child)
  try {
    return await new Promise<Exit>((resolveExit, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolveExit({ code, signal }))
    })
  } finally {
    living.delete(child)
  }
}

const tailBytes = 2000
const tail = (logFile: string): string => readFileSync(logFile, 'utf8').slice(-tailBytes)

/** What `/health` says. */
export interface HealthAnswer {
  readonly status: string
  readonly checks: readonly {
    readonly name: string
    readonly ok: boolean
    readonly why: string | null
  }[]
}

const healthSchema = z.object({
  status: z.string(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), why: z.string().nullable() })),
})

export async function healthOf(running: ServiceProcess): Promise<HealthAnswer> {
  const response = await fetch(`${await running.url()}/health`, {
    signal: AbortSignal.timeout(5000),
  })
  return healthSchema.parse(await response.json())
}

/** Resolves when the process says that it is ready. @throws Error with the end of its log when it ended instead. */
export async function untilReady(running: ServiceProcess, timeoutMs = 60_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const answer = await healthOf(running).catch(() => null)
    if (answer?.status === 'ok') return
    if (!running.isAlive())
      throw new Error(`${running.instance} ended by itself; ${running.lastWords()}`)
    if (performance.now() > deadline)
      throw new Error(
        `${running.instance} is not ready after ${timeoutMs / 1000} s: ${JSON.stringify(answer)}; ${running.lastWords()}`,
      )
    await pause(pollMs)
  }
}

/** @throws Error naming the first process that ended. */
export function assertAlive(processes: Iterable<ServiceProcess>): void {
  for (const one of processes)
    if (!one.isAlive()) throw new Error(`${one.instance} ended by itself; ${one.lastWords()}`)
}
