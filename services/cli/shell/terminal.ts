import type { Readable, Writable } from 'node:stream'

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
}

/** 0: fine; 1: a finding or a failed check; 2: usage or configuration; 3: a dependency cannot be reached. */
export type ExitStatus = 0 | 1 | 2 | 3

/** Whether somebody watches: a progress bar is for them alone. */
export const isInteractive = (stream: object): boolean => 'isTTY' in stream && stream.isTTY === true
