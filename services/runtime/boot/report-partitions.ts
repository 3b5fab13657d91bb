import { toErrorJson } from '../errors/index.ts'
import type { Health } from '../telemetry/index.ts'

/** A partition that does not go on by itself. */
export interface StandingStill {
  /** Which one, and what is wrong. */
  readonly what: string
  readonly error: Error
}

/** Says in /health which partitions stand still, why, and what to do. */
export function reportPartitions(
  health: Pick<Health, 'register'>,
  stopped: () => readonly StandingStill[],
): void {
  health.register('partitions', () => {
    const all = stopped()
    if (all.length === 0) return { ok: true, why: null }
    const reasons = all.map(({ what, error }) => `${what} (${toErrorJson(error).error.hint})`)
    return { ok: false, why: `partitions stand still: ${reasons.join('; ')}` }
  })
}
