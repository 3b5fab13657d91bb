import { asError } from '#runtime/errors/index.ts'
import type { Clock } from '#runtime/lifecycle/index.ts'
import type { Health, Logger } from '#runtime/telemetry/index.ts'

export interface Running {
  readonly clock: Clock
  readonly health: Pick<Health, 'report'>
  readonly log: Pick<Logger, 'warn'>
  /** After a run that could not be made. */
  readonly retryMs: number
  readonly over: AbortSignal
}

/** A new pipeline file may have another window. */
const pauseMaxMs = 60_000

/** Does what is due again and again. What could not be done is tried again: it begins after the last window that was stored whole. */
export async function keepRunning(
  runDue: () => Promise<number>,
  { clock, health, log, over, retryMs }: Running,
): Promise<void> {
  const turn = async (): Promise<number> => {
    try {
      const waitMs = await runDue()
      health.report('run', null)
      return waitMs
    } catch (thrown) {
      const error = asError(thrown)
      health.report('run', error.message)
      log.warn({ err: error }, `a run is tried again: ${error.message}`)
      return retryMs
    }
  }
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  while (!over.aborted) await clock.sleep(Math.min(await turn(), pauseMaxMs), over)
}
