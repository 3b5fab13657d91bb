import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from '../../world/demo/directory.ts'
import type { Installation } from './installation.ts'

/**
 * `tributary rebuild` as a process of its own, which can be killed; what it says is in `rebuild.log` of the installation.
 * @param answer File for stdout alone, written anew; left out: it is in the log, too.
 */
export function startRebuild(
  { directory, environment }: Pick<Installation, 'directory' | 'environment'>,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
  answer: string | null = null,
): ChildProcess {
  const log = openSync(join(directory, 'rebuild.log'), 'a')
  const out = answer === null ? log : openSync(answer, 'w')
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=TimeoutNegativeWarning',
      join(checkout, 'services/cli/main.ts'),
      'rebuild',
      ...args,
    ],
    {
      stdio: ['ignore', out, log],
      env: { ...environment, ...more, TRIBUTARY_STATE_DIR: join(directory, 'state', 'rebuild') },
    },
  )
  closeSync(log)
  if (out !== log) closeSync(out)
  return child
}

/** null: it was killed. */
export const exitOf = async (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('exit', resolve)
  })
