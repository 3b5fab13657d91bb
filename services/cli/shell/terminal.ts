import type { Readable, Writable } from 'node:stream'
import type { ExitCode } from '#runtime/errors/index.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Everything of the outside world that a command may touch. */
export interface Terminal {
  readonly stdin: Readable
  readonly stdout: Pick<Writable, 'write'>
  readonly stderr: Pick<Writable, 'write'>
  readonly env: Environment
  readonly cwd: string
  /** Root of the clone (or of the image), where a local stack keeps its state. */
  readonly checkout: string
  readonly now: () => Date
  /** From here on the command goes on though nobody reads its output (`tributary … | head`): half done would be worse. */
  readonly goOnUnread: () => void
}

/** 0: fine; an `ExitCode`: how it failed. */
export type ExitStatus = 0 | ExitCode

/** Whether somebody watches: a progress bar is for them alone. */
export const isInteractive = (stream: object): boolean => 'isTTY' in stream && stream.isTTY === true
