import { asError, TributaryError } from '../errors/index.ts'
import type { Logger } from '../telemetry/logger.ts'
import { aborted } from './aborted.ts'
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
  /** Aborted when the end has lasted for half of its time: from then on nobody waits for a dependency any more. */
  readonly hurry: AbortSignal
  /** Resolves when the end begins: with an error, or undefined for an orderly one. */
  readonly ending: Promise<Error | undefined>
  /**
   * Stops all parts; gives the first error, of the end itself or of a part. A part that waits for what does not come is left behind in the
   * second half of the time: what it had not committed is done again at the next start.
   */
  stop(): Promise<Error | undefined>
}

interface Part {
  readonly name: string
  stop(): Promise<void>
}

export interface LifecycleOptions {
  readonly log: Logger
  readonly clock: Clock
  /** From the beginning of the end, all parts together. */
  readonly stopWithinMs?: number
}

/** A little is left of the ten seconds for the process itself to leave. */
const stopWithinDefaultMs = 9500
/** What a part gets once there is hurry: parts one after the other must still fit in. */
const partInHurryMs = 300

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { log, clock, stopWithinMs = stopWithinDefaultMs } = options
  const parts: Part[] = []
  const abort = new AbortController()
  const hurry = new AbortController()
  const over = new AbortController()
  const ending = Promise.withResolvers<Error | undefined>()
  let failure: Error | undefined
  let beganAt = clock.now()
  let restarting = false

  const hurryLater = async (): Promise<void> => {
    await clock.sleep(stopWithinMs / 2, over.signal)
    if (!over.signal.aborted) hurry.abort()
  }

  const begin = (error: Error | undefined): void => {
    failure ??= error
    if (!abort.signal.aborted) {
      beganAt = clock.now()
      void hurryLater()
    }
    abort.abort()
    ending.resolve(failure)
  }

  const overdue = async (): Promise<'overdue'> => {
    await aborted(hurry.signal)
    await clock.sleep(partInHurryMs, over.signal)
    return 'overdue'
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

  const leaveBehind = ({ name }: Part): void => {
    log.warn({ part: name }, `${name} waits for what does not come, and is left behind`)
    // Beside what was left behind its successor in this very process would not be alone.
    if (restarting) failure ??= slow(`${name} did not stop`)
  }

  const stopPart = async (part: Part): Promise<void> => {
    try {
      const outcome = await Promise.race([part.stop(), overdue()])
      if (outcome === 'overdue') leaveBehind(part)
      else log.debug({ part: part.name }, 'stopped')
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
    hurry: hurry.signal,
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
      begin(undefined)
      const names = parts.map(({ name }) => name)
      const leftMs = Math.max(0, beganAt + stopWithinMs - clock.now())
      const late = clock.sleep(leftMs, over.signal).then(() => 'late' as const)
      const outcome = await Promise.race([stopAll(), late])
      over.abort()
      if (outcome === 'late') {
        const left = names.slice(0, parts.length + 1).join(', ')
        failure ??= slow(`not stopped after ${stopWithinMs} ms: ${left}`)
      }
      return failure
    },
  }
}

const slow = (why: string): TributaryError => new TributaryError('TRB_SHUTDOWN_SLOW', why)
