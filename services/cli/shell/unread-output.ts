import type { EventEmitter } from 'node:events'
import { TributaryError } from '#runtime/errors/index.ts'

/**
 * Ends the command when nobody reads its output any more (`tributary … | head`): whoever closed the pipe has seen enough, which is no
 * failure. Any other fault of the output, as of a full disk, is one that is to be said.
 */
export function endWhenUnread(
  output: Pick<EventEmitter, 'on'>,
  end: (fault: TributaryError | null) => void,
): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    end(error.code === 'EPIPE' ? null : unwritable(error))
  })
}

const unwritable = (cause: Error): TributaryError =>
  new TributaryError('TRB_USAGE', `the output cannot be written: ${cause.message}`, {
    cause,
    hint: 'What was written of it may be cut off: make room, or have it written elsewhere.',
  })
