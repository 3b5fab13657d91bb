import { exitCodeOf, toErrorJson } from '#runtime/errors/index.ts'
import { toJsonLine } from './json.ts'
import type { ExitStatus, Terminal } from './terminal.ts'

/** Says what went wrong on stderr, as JSON or for people, and gives the exit code. */
export function reportError(error: unknown, json: boolean, { stderr }: Terminal): ExitStatus {
  const shown = toErrorJson(error)
  const { code, hint, message } = shown.error
  stderr.write(json ? toJsonLine(shown) : `${message}\n${hint}\n(${code})\n`)
  return exitCodeOf(error)
}
