import type { EventEmitter } from 'node:events'

/**
 * Ends the command when nobody reads its output any more (`tributary … | head`): whoever closed the pipe has seen enough, which is no
 * failure. Any other fault of the output is one.
 */
export function endWhenUnread(output: Pick<EventEmitter, 'on'>, end: () => void): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    end()
  })
}
