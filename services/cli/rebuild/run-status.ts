import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { printStatus, statusJson } from './describe-rebuild.ts'
import { openRebuild } from './shell/connections.ts'

/** Which generation serves, and how far the next one is. */
export async function runStatus(terminal: Terminal, json: boolean): Promise<ExitStatus> {
  await using connections = await openRebuild(terminal, { cluster: null, replicated: false })
  const record = await connections.read()
  terminal.stdout.write(json ? toJsonLine(statusJson(record)) : printStatus(record))
  return 0
}
