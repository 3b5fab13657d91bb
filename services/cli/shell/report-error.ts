import { exitCodeOf, toErrorJson } from '#runtime/errors/index.ts'
import { toJsonLine } from './json.ts'
import { tame } from './tame.ts'
import type { ExitStatus, Terminal } from './terminal.ts'

/** Says what went wrong on stderr, as JSON or for people, and gives the exit code. */
export function reportError(error: unknown, json: boolean, { stderr }: Terminal): ExitStatus {
  const shown = toErrorJson(error)
  const { code, hint, message } = shown.error
  // A message may quote what stands in a file or a table.
  stderr.write(json ? toJsonLine(shown) : tame(`${message}\n${hint}\n(${code})\n`))
  return exitCodeOf(error)
}
