import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { Member } from '../cpu.ts'

/** A process of a contestant. */
export interface Child {
  readonly member: Member
  /** @throws Error with its last words when it has ended. */
  assertAlive(): void
  /** The end of what it wrote to stderr. */
  lastWords(): string
  /** TERM; resolves when it is gone, killed after a while if need be. */
  stop(): Promise<void>
}

export interface ChildOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly workingDirectory: string
  readonly logFile: string
}

const graceMs = 20_000
const tailBytes = 2000

/** The process does not outlive this one, however this one ends. */
export function startChild(options: ChildOptions): Child {
  const { args, command, logFile, name } = options
  const log = openSync(logFile, 'a')
  const child = spawn(command, args, {
    cwd: options.workingDirectory,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'exit').finally(() => process.off('exit', kill))
  ended.catch(() => undefined)
  const lastWords = (): string => readFileSync(logFile, 'utf8').slice(-tailBytes)
  const failed = (): Error =>
    new Error(`${name} ended by itself (${child.exitCode ?? child.signalCode}): ${lastWords()}`)
  if (child.pid === undefined) throw new Error(`${name} could not be started: ${command}`)
  return {
    member: { name, pid: child.pid },
    lastWords,
    assertAlive() {
      if (child.exitCode !== null || child.signalCode !== null) throw failed()
    },
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(kill, graceMs)
      await ended
      clearTimeout(late)
    },
  }
}
