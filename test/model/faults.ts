import type { Random } from './random.ts'

/**
 * `safety`: faults until the very end, and frozen processes that come back; whatever happens, nothing may be wrong. `liveness`: more
 * faults at first, then none; everything must come to rest within a bounded number of steps. `rebuild`: as safety, and another generation is
 * built and takes over.
 */
export type Mode = 'safety' | 'liveness' | 'rebuild'

/** How often what strikes in one history. Probabilities are per step. */
export interface Faults {
  /** A process dies, or loses its group, or the group is shared out anew. */
  readonly process: number
  /** It dies inside of a flush, before one of its numbered steps. */
  readonly step: number
  /** A call to Kafka or ClickHouse fails, done or not or in part. */
  readonly call: number
  /** The registry stops to answer, or answers again. */
  readonly registry: number
  /** A clock jumps. */
  readonly clock: number
  /** Clocks of processes are wrong by up to this. */
  readonly clockSkewMs: number
}

const minute = 60_000

export function drawFaults(random: Random, mode: Mode): Faults {
  const often = mode === 'liveness' ? [0.02, 0.1] : [0, 0.01, 0.03, 0.1]
  return {
    process: random.pick(often),
    step: random.pick([0, 0.01, 0.04]),
    call: random.pick(mode === 'liveness' ? [0.02, 0.15] : [0, 0.02, 0.1]),
    registry: random.pick([0, 0.02]),
    clock: random.pick([0, 0.02]),
    clockSkewMs: random.pick([0, 90 * minute]),
  }
}
