import { type ErrorCode, type ErrorKind, type ExitCode, errorKinds } from './codes.ts'

export type ErrorContext = Readonly<Record<string, string | number | boolean | null>>

export interface ErrorOptionsOf {
  readonly context?: ErrorContext
  readonly cause?: unknown
  /** A more fitting advice than the code's own. */
  readonly hint?: string
}

/** The shape of `{"error": …}` on stderr. */
export interface ErrorJson {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string }
}

/** An error with a code of the registry. The message says what was wrong and gives both values; no personal data. */
export class TributaryError extends Error {
  override readonly name = 'TributaryError'
  readonly code: ErrorCode
  readonly retriable: boolean
  readonly exitCode: ExitCode
  readonly hint: string
  readonly context: ErrorContext

  constructor(code: ErrorCode, message: string, options: ErrorOptionsOf = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    const kind: ErrorKind = errorKinds[code]
    this.code = code
    this.retriable = kind.retriable
    this.exitCode = kind.exitCode
    this.hint = options.hint ?? kind.hint
    this.context = options.context ?? {}
  }

  toJSON(): ErrorJson {
    return toErrorJson(this)
  }
}

export const isTributaryError = (error: unknown, code?: ErrorCode): error is TributaryError =>
  error instanceof TributaryError && (code === undefined || error.code === code)

/** Whatever was thrown, as an Error. */
export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown })

/** Any error in the form of the command line; what is not ours is `TRB_INTERNAL`. */
export function toErrorJson(error: unknown): ErrorJson {
  if (error instanceof TributaryError) {
    return { error: { code: error.code, message: error.message, hint: error.hint } }
  }
  const { hint } = errorKinds.TRB_INTERNAL
  return { error: { code: 'TRB_INTERNAL', message: asError(error).message, hint } }
}

export const exitCodeOf = (error: unknown): ExitCode =>
  error instanceof TributaryError ? error.exitCode : 1

/** The error registry as a Markdown table. */
export function errorTable(): string {
  const rows = Object.entries(errorKinds).map(
    ([code, k]) =>
      `| \`${code}\` | ${k.meaning} | ${k.hint} | ${k.retriable ? 'yes' : 'no'} | ${k.exitCode} |`,
  )
  return [
    '| Code | Meaning | What to do | Retriable | Exit |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}
