import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { checkout } from '../../world/demo/directory.ts'

export interface CliProcess {
  /** null: it did not end by itself. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts a command as a process of its own, as it is typed; one that has not ended after `endsWithinMs` is killed. */
export function startCliProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  endsWithinMs = 30_000,
): { readonly child: ChildProcess; readonly ended: Promise<CliProcess> } {
  const child = spawn(process.execPath, [join(checkout, 'services/cli/main.ts'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: endsWithinMs,
    killSignal: 'SIGKILL',
  })
  const exited = once(child, 'exit')
  const ended = async (): Promise<CliProcess> => {
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    await exited
    return { status: child.exitCode, stdout, stderr }
  }
  return { child, ended: ended() }
}

/** Runs one to its end. */
export const runCliProcess = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<CliProcess> => startCliProcess(args, env).ended
