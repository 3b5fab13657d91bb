import { fileURLToPath } from 'node:url'
import { runCommandLine } from './commands/run.ts'
import { reportError } from './shell/report-error.ts'
import type { Terminal } from './shell/terminal.ts'
import { endWhenUnread } from './shell/unread-output.ts'

const argv = process.argv.slice(2)
const terminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  checkout: fileURLToPath(new URL('../../', import.meta.url)),
  now: () => new Date(),
}

for (const output of [process.stdout, process.stderr])
  endWhenUnread(output, (fault) => {
    process.exit(fault === null ? undefined : reportError(fault, argv.includes('--json'), terminal))
  })

process.exitCode = await runCommandLine(argv, terminal)
