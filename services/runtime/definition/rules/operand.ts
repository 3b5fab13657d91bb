import type { Scalar } from '../../event/event.ts'
import type { Reading } from '../compiled.ts'
import type { Evaluation, Steady } from './evaluation.ts'

/** What is the same of a moving value at all times: a moment, a number that stands still, or how a feature fades. */
export type Course = number | Extract<Reading, { kind: 'decayed' | 'rate' }>

/**
 * A value that time alone moves, in one direction: what a comparison with a steady value can be solved for. Its functions take the course that
 * was read, so that nothing is made for each evaluation but what was read.
 */
export interface Moving {
  /** Undefined: can't be read now. Sets `until` for staleness alone: the comparison adds the crossing. */
  readonly read: (evaluation: Evaluation) => Course | undefined
  /** The value at a moment; the limit at Infinity. */
  readonly at: (course: Course, t: number) => number
  /** About the same without rounding, by less than `roundingMax` of it; undefined: `at` does not round, or not at last. */
  readonly roughly?: (course: Course, t: number) => number
  /** Where the closed form puts the moment at which the value meets `threshold`; NaN or Infinity: nowhere that it knows. */
  readonly meets: (course: Course, threshold: number) => number
}

/** What an expression means as a side of a comparison. */
export type Operand =
  /** The same until a known moment: moved by events, staleness and the steps of windows alone. `literal`: the same for everybody. */
  | { readonly kind: 'steady'; readonly read: Steady; readonly literal: Scalar | null }
  /** A decaying feature or a rate, or a linear function of one. */
  | { readonly kind: 'decayed'; readonly moving: Moving }
  | { readonly kind: 'age'; readonly moving: Moving }
  | { readonly kind: 'now' }
  /** A moment: a last-seen feature, or a timestamp of the file. */
  | { readonly kind: 'instant'; readonly read: Steady<number> }
  | { readonly kind: 'duration'; readonly ms: number }
  | { readonly kind: 'keys'; readonly read: Steady<readonly string[]> }
  | { readonly kind: 'list'; readonly values: ReadonlySet<Scalar> }

export const steadyLiteral = (value: Scalar): Operand => ({
  kind: 'steady',
  literal: value,
  read: (evaluation) => {
    evaluation.until = Infinity
    return value
  },
})
