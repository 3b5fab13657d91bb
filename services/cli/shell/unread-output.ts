import type { EventEmitter } from 'node:events'
import { TributaryError } from '#runtime/errors/index.ts'

/** What becomes of a command whose output nobody reads any more, or nobody can write. */
export interface UnreadOutput {
  /** From now on the command does what it was given to do, whether somebody reads its output or not. */
  goOn(): void
  /** Why the output could not be written, other than that nobody reads it; null: it could. */
  fault(): TributaryError | null
}

/**
 * Ends the command when nobody reads its output any more (`tributary … | head`): whoever closed the pipe has seen enough, which is no
 * failure. Any other fault of the output, as of a full disk, is one that is to be said. What changes something goes on to its end instead.
 */
export function endWhenUnread(
  outputs: readonly Pick<EventEmitter, 'on'>[],
  end: (fault: TributaryError | null) => void,
): UnreadOutput {
  let goesOn = false
  let first: TributaryError | null = null
  for (const output of outputs)
    output.on('error', (error: NodeJS.ErrnoException) => {
      const fault = error.code === 'EPIPE' ? null : unwritable(error)
      if (goesOn) first ??= fault
      else end(fault)
    })
  return {
    goOn() {
      goesOn = true
    },
    fault: () => first,
  }
}

const unwritable = (cause: Error): TributaryError =>
  new TributaryError('TRB_USAGE', `the output cannot be written: ${cause.message}`, {
    cause,
    hint: 'What was written of it may be cut off: make room, or have it written elsewhere.',
  })
