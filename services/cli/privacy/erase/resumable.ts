import { isTributaryError, TributaryError, toErrorJson } from '#runtime/errors/index.ts'
import { listenForInterruption } from '../../shell/interruption.ts'

export interface UnderWay {
  /** Aborted when nobody waits for the work any more. */
  readonly signal: AbortSignal
  /** The command is in the log from here on. */
  readonly sent: () => void
}

const goOn = 'tributary privacy erase --command'

/**
 * Does what can't be taken back: whatever ends it early, Ctrl-C too, the error names the command that completes it. Told to end, it waits for
 * nothing that the work is in the middle of.
 */
export async function resumable<T>(
  commandId: string,
  work: (underWay: UnderWay) => Promise<T>,
  signals: NodeJS.EventEmitter = process,
): Promise<T> {
  using interruption = listenForInterruption(signals)
  const stopping = new AbortController()
  let whether = 'may be'
  const sent = (): void => {
    whether = 'is'
  }
  try {
    return await Promise.race([work({ signal: stopping.signal, sent }), interruption.interrupted])
  } catch (error) {
    const next = `The erasure ${whether} in the log. Go on: ${goOn} ${commandId}`
    throw namesCommand(error, commandId) ? error : withHint(error, next)
  } finally {
    stopping.abort()
  }
}

function namesCommand(error: unknown, commandId: string): boolean {
  const { hint, message } = toErrorJson(error).error
  return hint.includes(goOn) || message.includes(commandId)
}

function withHint(cause: unknown, next: string): TributaryError {
  const { hint, message } = toErrorJson(cause).error
  if (!isTributaryError(cause))
    return new TributaryError('TRB_INTERNAL', message, { cause, hint: `${hint} ${next}` })
  const { code, context } = cause
  // Given again as it was, it would send another command.
  const first = code === 'TRB_INTERRUPTED' ? '' : `${hint} `
  return new TributaryError(code, message, { cause, context, hint: `${first}${next}` })
}
