import { fileURLToPath } from 'node:url'
import { runCommandLine } from './commands/run.ts'
import { reportError } from './shell/report-error.ts'
import type { Terminal } from './shell/terminal.ts'
import { endWhenUnread } from './shell/unread-output.ts'

const argv = process.argv.slice(2)
const json = argv.includes('--json')
const unread = endWhenUnread([process.stdout, process.stderr], (fault) => {
  process.exit(fault === null ? undefined : reportError(fault, json, terminal))
})
const terminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  checkout: fileURLToPath(new URL('../../', import.meta.url)),
  now: () => new Date(),
  goOnUnread: () => unread.goOn(),
}

const status = await runCommandLine(argv, terminal)
const unwritten = unread.fault()
process.exitCode = unwritten === null ? status : reportError(unwritten, json, terminal)
