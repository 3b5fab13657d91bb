/** Why the stack could not do what it was asked; the CLI turns the code into an exit code. */
export type StackErrorCode =
  | 'usage'
  | 'toolchain_missing'
  | 'download_failed'
  | 'port_taken'
  | 'start_failed'
  | 'busy'

export class StackError extends Error {
  readonly code: StackErrorCode
  readonly hint: string | null

  constructor(code: StackErrorCode, message: string, hint: string | null = null) {
    super(message)
    this.name = 'StackError'
    this.code = code
    this.hint = hint
  }
}
