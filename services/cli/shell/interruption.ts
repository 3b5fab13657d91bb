import { TributaryError } from '#runtime/errors/index.ts'

/** For commands that have something to put down before they end. */
export interface Interruption extends Disposable {
  /** Rejects with TRB_INTERRUPTED when the process is told to end. */
  readonly interrupted: Promise<never>
}

const signals = ['SIGINT', 'SIGTERM'] as const

/** From here on a signal ends nothing by itself; a second one ends the process at once. */
export function listenForInterruption(process: NodeJS.EventEmitter): Interruption {
  const { promise: interrupted, reject } = Promise.withResolvers<never>()
  // Whoever is done before it looks at it must not be ended by it.
  interrupted.catch(() => undefined)
  const listener = (): void => {
    reject(new TributaryError('TRB_INTERRUPTED', 'told to end before the work was done'))
    unlisten()
  }
  const unlisten = (): void => {
    for (const signal of signals) process.off(signal, listener)
  }
  for (const signal of signals) process.once(signal, listener)
  return { interrupted, [Symbol.dispose]: unlisten }
}
