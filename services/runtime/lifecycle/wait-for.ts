import { asError, TributaryError } from '../errors/index.ts'
import type { Health } from '../telemetry/health.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Clock } from './clock.ts'

export interface WaitForOptions {
  /** What is waited for, e.g. `kafka`: the name of its health check. */
  readonly name: string
  readonly log: Logger
  readonly clock: Clock
  readonly health?: Health
  readonly signal?: AbortSignal
  /** Default: for ever. A service waits; a command gives up. */
  readonly patienceMs?: number
}

const pauseFirstMs = 200
const pauseMaxMs = 5000
/** Whoever started the process and looks at it wants to know what it does. */
const sayFirstMs = 5000
const sayAgainMs = 15_000
const silent = 'has not answered yet'

/**
 * Tries until a dependency answers, says that it waits and why, and gives what the probe gave.
 * @throws TributaryError TRB_DEPENDENCY_UNAVAILABLE when the patience is over or the signal is aborted; what is not retriable at once.
 */
export async function waitFor<T>(probe: () => Promise<T>, options: WaitForOptions): Promise<T> {
  const { name, log, clock, health, signal } = options
  const started = clock.now()
  const giveUpAt = started + (options.patienceMs ?? Number.POSITIVE_INFINITY)
  let pauseMs = pauseFirstMs
  let saidAt = Number.NEGATIVE_INFINITY
  const say = (why: string): void => {
    const now = clock.now()
    if (now - saidAt < sayAgainMs) return
    log.warn({ dependency: name, waitedMs: now - started }, `waiting for ${name}: ${why}`)
    saidAt = now
  }
  const sayWhileSilent = async (over: AbortSignal): Promise<void> => {
    for (let ms = sayFirstMs; ; ms = sayAgainMs) {
      await clock.sleep(ms, over)
      if (over.aborted) return
      say(silent)
    }
  }
  // A probe may take long to fail, and whoever looks meanwhile wants to know what the start waits for.
  health?.report(name, silent)
  for (;;) {
    const answered = new AbortController()
    void sayWhileSilent(
      signal === undefined ? answered.signal : AbortSignal.any([answered.signal, signal]),
    )
    try {
      const result = await probe().finally(() => answered.abort())
      health?.report(name, null)
      if (saidAt >= started) log.info({ dependency: name }, `${name} answers`)
      return result
    } catch (thrown) {
      const error = asError(thrown)
      if (error instanceof TributaryError && !error.retriable) throw error
      health?.report(name, error.message)
      const now = clock.now()
      if (now >= giveUpAt || signal?.aborted === true) {
        const message = `${name} did not answer within ${now - started} ms: ${error.message}`
        throw new TributaryError('TRB_DEPENDENCY_UNAVAILABLE', message, { cause: error })
      }
      say(error.message)
      await clock.sleep(Math.min(pauseMs, giveUpAt - now), signal)
      pauseMs = Math.min(pauseMs * 2, pauseMaxMs)
    }
  }
}
