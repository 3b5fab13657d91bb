import type { Comparison } from '../../cel/expression.ts'
import type { Condition } from '../evaluation.ts'
import type { Verdicts } from './formula.ts'

/** A comparison or test that the logic of rules joins. Two rules that say the same share it. */
export type Leaf = { readonly text: string } & (
  | { readonly kind: 'fixed'; readonly verdicts: Verdicts }
  /** Asks one variable alone: its cells answer. `parts`: tests a part of a text, which is open for texts that no rule names. */
  | {
      readonly kind: 'single'
      readonly variable: string
      readonly condition: Condition
      readonly parts: boolean
    }
  /**
   * `left − right` against a constant, of moments (milliseconds) or of two numbers; unknown while one of `variables` is. `whole`: both are.
   * `floor`: the difference is an age, which never reads below zero.
   */
  | {
      readonly kind: 'difference'
      readonly variables: readonly string[]
      readonly left: string
      readonly right: string
      readonly constant: number
      readonly op: Comparison
      readonly whole: boolean
      readonly floor: boolean
    }
  /** What intervals and enumerations can't tell: any verdict, for all that is known. */
  | { readonly kind: 'opaque' }
)
