import { fileURLToPath } from 'node:url'
import { runCommandLine } from './commands/run.ts'
import { endWhenUnread } from './shell/unread-output.ts'

for (const output of [process.stdout, process.stderr]) endWhenUnread(output, () => process.exit())

process.exitCode = await runCommandLine(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  checkout: fileURLToPath(new URL('../../', import.meta.url)),
  now: () => new Date(),
})
