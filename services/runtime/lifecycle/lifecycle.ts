import { asError, TributaryError } from '../errors/index.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Clock } from './clock.ts'

export interface Lifecycle {
  /** Starts a part and remembers how to stop it. Parts stop in the reverse order. */
  use<T>(name: string, start: () => Promise<T>, stop: (part: T) => Promise<void>): Promise<T>
  /** When this resolves with an error, the process ends with it. */
  watch(name: string, ended: Promise<Error | undefined>): void
  /** The process may not go on. The first error counts. */
  fail(error: Error): void
  /** Asks for an orderly end. */
  requestStop(why: string): void
  /** Asks for an orderly end after which the process starts its parts anew. */
  requestRestart(why: string): void
  /** The end that began is one of those, and nobody asked for the process's. */
  restarts(): boolean
  /** Aborted as soon as the end begins. */
  readonly signal: AbortSignal
  /** Resolves when the end begins: with an error, or undefined for an orderly one. */
  readonly ending: Promise<Error | undefined>
  /** Stops all parts; gives the first error, of the end itself or of a part. */
  stop(): Promise<Error | undefined>
}

interface Part {
  readonly name: string
  stop(): Promise<void>
}

export interface LifecycleOptions {
  readonly log: Logger
  readonly clock: Clock
  /** All parts together. */
  readonly stopWithinMs?: number
}

const stopWithinDefaultMs = 10_000

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { log, clock, stopWithinMs = stopWithinDefaultMs } = options
  const parts: Part[] = []
  const abort = new AbortController()
  const ending = Promise.withResolvers<Error | undefined>()
  let failure: Error | undefined
  let restarting = false

  const begin = (error: Error | undefined): void => {
    failure ??= error
    abort.abort()
    ending.resolve(failure)
  }

  const watchPart = async (name: string, ended: Promise<Error | undefined>): Promise<void> => {
    try {
      const error = await ended
      if (error === undefined) return
      log.error({ part: name, err: error }, `${name} ended: ${error.message}`)
      begin(error)
    } catch (thrown) {
      begin(asError(thrown))
    }
  }

  const stopPart = async (part: Part): Promise<void> => {
    try {
      await part.stop()
      log.debug({ part: part.name }, 'stopped')
    } catch (thrown) {
      const error = asError(thrown)
      failure ??= error
      log.error({ part: part.name, err: error }, `${part.name} did not stop well: ${error.message}`)
    }
  }

  const stopAll = async (): Promise<'done'> => {
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) await stopPart(part)
    return 'done'
  }

  return {
    signal: abort.signal,
    ending: ending.promise,
    async use(name, start, stop) {
      const part = await start()
      parts.push({ name, stop: async () => stop(part) })
      log.debug({ part: name }, 'started')
      return part
    },
    watch(name, ended) {
      void watchPart(name, ended)
    },
    fail: begin,
    requestStop(why) {
      log.info({ why }, 'stopping')
      restarting = false
      begin(undefined)
    },
    requestRestart(why) {
      if (abort.signal.aborted) return
      log.info({ why }, 'starting anew')
      restarting = true
      begin(undefined)
    },
    restarts: () => restarting && failure === undefined,
    async stop() {
      abort.abort()
      const enough = new AbortController()
      const names = parts.map(({ name }) => name)
      const late = clock.sleep(stopWithinMs, enough.signal).then(() => 'late' as const)
      const outcome = await Promise.race([stopAll(), late])
      enough.abort()
      if (outcome === 'late') {
        const left = names.slice(0, parts.length + 1).join(', ')
        failure ??= new TributaryError(
          'TRB_SHUTDOWN_SLOW',
          `not stopped after ${stopWithinMs} ms: ${left}`,
        )
      }
      return failure
    },
  }
}
