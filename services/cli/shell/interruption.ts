import { TributaryError } from '#runtime/errors/index.ts'

/** For commands that have something to put down before they end. */
export interface Interruption extends Disposable {
  /** Rejects with TRB_INTERRUPTED when the process is told to end. */
  readonly interrupted: Promise<never>
  /** The same for work that goes in steps: aborted, with that error. */
  readonly signal: AbortSignal
}

const signals = ['SIGINT', 'SIGTERM'] as const

/** Whoever stops a group of processes reaches this one twice: npm passes on what the terminal sent to both. */
const sameRequestMs = 1000

/**
 * From here on a signal ends nothing by itself; one that comes after the first, and is not the same again, ends the process at once.
 * @param hint What to do then, where the same command does not go on where it was.
 */
export function listenForInterruption(process: NodeJS.EventEmitter, hint?: string): Interruption {
  const { promise: interrupted, reject } = Promise.withResolvers<never>()
  // Whoever is done before it looks at it must not be ended by it.
  interrupted.catch(() => undefined)
  const told = new AbortController()
  const unlisten = (): void => {
    for (const signal of signals) process.off(signal, listener)
  }
  const listener = (): void => {
    if (told.signal.aborted) return
    const error = new TributaryError(
      'TRB_INTERRUPTED',
      'told to end before the work was done',
      hint === undefined ? {} : { hint },
    )
    told.abort(error)
    reject(error)
    setTimeout(unlisten, sameRequestMs).unref()
  }
  for (const signal of signals) process.on(signal, listener)
  return {
    interrupted,
    signal: told.signal,
    [Symbol.dispose]() {
      if (!told.signal.aborted) unlisten()
    },
  }
}

/** The same items, until somebody tells the process to end. */
export async function* whileWanted<T>(
  items: AsyncIterable<T>,
  { signal }: Pick<Interruption, 'signal'>,
): AsyncGenerator<T> {
  for await (const item of items) {
    signal.throwIfAborted()
    yield item
  }
}
