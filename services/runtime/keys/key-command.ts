import { spawnSync } from 'node:child_process'
import { TributaryError } from '../errors/index.ts'

/** A vault that has not answered by then is away; the service is started anew by whoever runs it. */
export const keyCommandTimeoutMs = 30_000
/** Bytes that a command may print: far above any key, far below what a mistaken command (a listing, a log) prints. */
export const keyCommandBytesMax = 4096

/** Program and arguments: a JSON list of texts, or the program alone. null: neither. */
export function parseKeyCommand(text: string): readonly [string, ...string[]] | null {
  const trimmed = text.trim()
  if (!trimmed.startsWith('[')) return trimmed === '' ? null : [trimmed]
  try {
    const parsed: unknown = JSON.parse(trimmed)
    if (!Array.isArray(parsed)) return null
    const words = parsed.filter((word): word is string => typeof word === 'string')
    const [program, ...args] = words
    return words.length !== parsed.length || program === undefined || program === ''
      ? null
      : [program, ...args]
  } catch {
    return null
  }
}

/**
 * What the command prints. No shell reads it, so that nothing in it is expanded. Neither what it prints nor what it says on stderr is
 * ever shown: either may be the key.
 * @throws TributaryError TRB_KEY_INVALID.
 */
export function readKeyCommand(
  variable: string,
  text: string,
  timeoutMs = keyCommandTimeoutMs,
): Buffer {
  const command = parseKeyCommand(text)
  if (command === null)
    throw new TributaryError('TRB_KEY_INVALID', `${variable} is no command`, {
      hint: 'A JSON list of the program and its arguments: ["vault", "read", "-field=key", "secret/tributary"]; no shell reads it.',
    })
  const [program, ...args] = command
  const { stdout, stderr, status, signal, error } = spawnSync(program, args, {
    timeout: timeoutMs,
    maxBuffer: keyCommandBytesMax,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: false,
  })
  const fault = faultOf({ status, signal, code: codeOf(error), timeoutMs })
  if (fault === null) return stdout
  // Output of a command that could not be started is not there at all.
  const said = error !== undefined && status === null && signal === null ? 0 : stderr.length
  throw new TributaryError(
    'TRB_KEY_INVALID',
    `the command of ${variable} (${program}) ${fault}${said === 0 ? '' : `; ${said} bytes that it wrote to stderr are not shown, since they may be secret`}`,
    { hint: 'Run it by hand, as the user of the service: it must print the key and nothing else.' },
  )
}

function faultOf({
  status,
  signal,
  code,
  timeoutMs,
}: {
  readonly status: number | null
  readonly signal: string | null
  readonly code: string | undefined
  readonly timeoutMs: number
}): string | null {
  if (code === 'ETIMEDOUT') return `gave no key within ${timeoutMs} ms`
  if (code === 'ENOBUFS') return `printed more than ${keyCommandBytesMax} bytes`
  if (code !== undefined) return `cannot be started: ${code}`
  if (signal !== null) return `was ended by ${signal}`
  return status === 0 ? null : `ended with exit code ${status}`
}

const codeOf = (error: Error | undefined): string | undefined =>
  error === undefined ? undefined : 'code' in error ? String(error.code) : error.name
