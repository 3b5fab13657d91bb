import type { Scalar } from '../../event/event.ts'
import type { ProfileReader, Reading, Verdict } from '../compiled.ts'

/**
 * One evaluation under way. `until` is the second result of every closure: the first millisecond after `at` at which what it just
 * returned may be different (Infinity: never). A register instead of a pair, since a rule is evaluated for every touched profile.
 */
export interface Evaluation {
  readonly profile: ProfileReader
  readonly at: number
  until: number
}

export type Condition = (evaluation: Evaluation) => Verdict

/** A value that is the same until `until`; `undefined`: absent or stale, so whatever reads it is unknown. */
export type Steady<T = Scalar> = (evaluation: Evaluation) => T | undefined

/** Sets `until` for what is read from a feature or trait, and says whether it can be used now: past `staleAt` it can't. */
export function isFresh(reading: Reading, evaluation: Evaluation): boolean {
  evaluation.until = Infinity
  if (reading.kind === 'absent') return false
  if (reading.staleAt === null) return true
  if (evaluation.at >= reading.staleAt) return false
  evaluation.until = reading.staleAt
  return true
}

/** Runs a second closure and keeps the earlier of both `until`s. */
export function also<T>(earlier: number, evaluation: Evaluation, result: T): T {
  if (earlier < evaluation.until) evaluation.until = earlier
  return result
}
