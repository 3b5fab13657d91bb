import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { checkout } from './directory.ts'

/**
 * Runs `tributary …` as a user would, in a process of its own; resolves with what it printed.
 * @throws Error with the command's own words when it fails.
 */
export async function tributary(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const child = spawn(process.execPath, [join(checkout, 'services/cli/main.ts'), ...args], {
    cwd: checkout,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  if (code !== 0)
    throw new Error(`tributary ${args.join(' ')} ended with ${code}: ${stderr.trim()}`)
  return stdout
}
