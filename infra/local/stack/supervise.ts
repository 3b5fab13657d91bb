import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StackError } from './errors.ts'
import { identify, isAlive, type ProcessIdentity, signal } from './process-identity.ts'

/** How one component is run and where it leaves its traces. */
export interface Launch {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly workingDirectory: string
  readonly logFile: string
  readonly pidFile: string
}

/** Starts a process that outlives this one, its output in a log file, its identity in a pid file. */
export function launch(what: Launch): ProcessIdentity {
  mkdirSync(dirname(what.logFile), { recursive: true })
  mkdirSync(dirname(what.pidFile), { recursive: true })
  const log = openSync(what.logFile, 'a')
  try {
    const child = spawn(what.command, what.args, {
      cwd: what.workingDirectory,
      env: what.environment,
      stdio: ['ignore', log, log],
      detached: true,
    })
    // A failed spawn has no pid and is reported below; an unheard 'error' would end this process.
    child.on('error', () => undefined)
    child.unref()
    const identity = child.pid === undefined ? null : identify(child.pid)
    if (identity === null) {
      throw new StackError('start_failed', `${what.name} did not start: see ${what.logFile}`)
    }
    writeFileSync(what.pidFile, `${JSON.stringify(identity)}\n`)
    return identity
  } finally {
    closeSync(log)
  }
}

/** The process that a pid file names, if it still runs. */
export function running(pidFile: string): ProcessIdentity | null {
  try {
    const identity: unknown = JSON.parse(readFileSync(pidFile, 'utf8'))
    return isIdentity(identity) && isAlive(identity) ? identity : null
  } catch {
    return null
  }
}

/** TERM, then KILL after `graceMs`; returns once the process is gone. A stopped one is woken first. */
export async function terminate(pidFile: string, graceMs: number): Promise<boolean> {
  const identity = running(pidFile)
  if (identity !== null) {
    signal(identity, 'SIGTERM')
    signal(identity, 'SIGCONT')
    if (!(await gone(identity, graceMs))) {
      signal(identity, 'SIGKILL')
      await gone(identity, 10_000)
    }
  }
  rmSync(pidFile, { force: true })
  return identity !== null
}

export async function gone(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false
    await sleep(25)
  }
  return true
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'startedAt' in value &&
    typeof value.startedAt === 'string'
  )
}
