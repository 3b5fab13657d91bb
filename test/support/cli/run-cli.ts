import { Readable } from 'node:stream'
import { runCommandLine } from '../../../services/cli/commands/run.ts'

export interface CliResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

const into = (texts: string[]) => ({
  write: (text: string) => {
    texts.push(text)
    return true
  },
})

/** Runs a command in this process, in an environment of its own. */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options: { readonly stdin?: string; readonly checkout?: string; readonly now?: () => Date } = {},
): Promise<CliResult> {
  const out: string[] = []
  const err: string[] = []
  const status = await runCommandLine(args, {
    stdin: Readable.from([options.stdin ?? '']),
    stdout: into(out),
    stderr: into(err),
    env,
    cwd: process.cwd(),
    checkout: options.checkout ?? '/nowhere',
    now: options.now ?? (() => new Date('2026-03-02T00:00:00.000Z')),
    goOnUnread: () => undefined,
  })
  return { status, stdout: out.join(''), stderr: err.join('') }
}
