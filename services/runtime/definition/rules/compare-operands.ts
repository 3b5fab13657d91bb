import { comparisons, mirrored } from '../cel/compare.ts'
import type { Comparison, Expression } from '../cel/expression.ts'
import { CelRefusal } from '../cel/expression.ts'
import { firstFlip } from './crossing.ts'
import type { ProfileReader, Verdict } from '../compiled.ts'
import { also, type Condition, type Evaluation, type Steady } from './evaluation.ts'
import type { Moving, MovingValue, Operand } from './operand.ts'

const clock: MovingValue = { at: (t) => t, meets: (threshold) => threshold }
const nowMoving: Moving = (evaluation) => {
  evaluation.until = Infinity
  return clock
}

/** One moving side against one steady side: the verdict now, and the millisecond at which time flips it. */
function movingAgainst(op: Comparison, moving: Moving, steady: Steady): Condition {
  const compare = comparisons[op]
  return (evaluation) => {
    const threshold = steady(evaluation)
    const untilSteady = evaluation.until
    if (typeof threshold !== 'number') return also(untilSteady, evaluation, 'unknown')
    const value = moving(evaluation)
    if (value === undefined) return also(untilSteady, evaluation, 'unknown')
    const holds = (t: number): boolean => compare(value.at(t), threshold)
    const verdict = holds(evaluation.at)
    const untilStale = Math.min(untilSteady, evaluation.until)
    evaluation.until =
      holds(Infinity) === verdict
        ? untilStale
        : Math.min(untilStale, firstFlip(holds, evaluation.at, value.meets(threshold)))
    return verdict
  }
}

/** More steps than the widest window has. */
const stepsLookedAt = 1000

/**
 * Two values that are the same until known moments: of these, `until` is the first one that changes the verdict. A window's steps are looked through, so
 * that a timer comes when a member leaves and not with each bucket. An unknown verdict is looked at again at once: what is stale by then is read anew.
 */
function steadyAgainst(op: Comparison, left: Steady, right: Steady): Condition {
  const compare = comparisons[op]
  const verdictOf = (evaluation: Evaluation): Verdict => {
    const a = left(evaluation)
    const untilLeft = evaluation.until
    const b = right(evaluation)
    evaluation.until = Math.min(untilLeft, evaluation.until)
    return a === undefined || b === undefined ? 'unknown' : compare(a, b)
  }
  return (evaluation) => {
    const verdict = verdictOf(evaluation)
    if (verdict === 'unknown' || evaluation.until === Infinity) return verdict
    const later: { profile: ProfileReader; at: number; until: number } = {
      profile: evaluation.profile,
      at: evaluation.until,
      until: Infinity,
    }
    for (let step = 0; step < stepsLookedAt; step += 1) {
      if (verdictOf(later) !== verdict) break
      later.at = later.until
      if (later.at === Infinity) break
    }
    evaluation.until = later.at
    return verdict
  }
}

const isEquality = (op: Comparison): boolean => op === '==' || op === '!='

/** A comparison of two operands; refused when its next change could not be computed. */
export function compareOperands(
  expression: Expression,
  op: Comparison,
  left: Operand,
  right: Operand,
): Condition {
  if (moves(right) && !moves(left)) return compareOperands(expression, mirrored[op], right, left)
  if (moves(left) && moves(right))
    throw new CelRefusal(
      expression,
      'compares two values that both change with time, so the moment of its next change is not computable',
      'compare each with a constant, or make one feature of what you want to know',
    )
  if (moves(left) && isEquality(op))
    throw new CelRefusal(
      expression,
      'asks whether a value that changes with time is exactly equal to another',
      'use >=, > , <= or <',
    )
  if (left.kind === 'decayed' && right.kind === 'steady')
    return movingAgainst(op, left.moving, right.read)
  if (left.kind === 'age' && right.kind === 'duration') {
    const { ms } = right
    return movingAgainst(op, left.moving, (evaluation) => {
      evaluation.until = Infinity
      return ms
    })
  }
  if (left.kind === 'now' && right.kind === 'instant')
    return movingAgainst(op, nowMoving, right.read)
  if (left.kind === 'instant' && right.kind === 'instant')
    return steadyAgainst(op, left.read, right.read)
  if (left.kind === 'steady' && right.kind === 'steady')
    return steadyAgainst(op, left.read, right.read)
  throw new CelRefusal(expression, 'compares things that do not fit together', hintFor(left, right))
}

const moves = (operand: Operand): boolean =>
  operand.kind === 'decayed' || operand.kind === 'age' || operand.kind === 'now'

function hintFor(left: Operand, right: Operand): string {
  const kinds = [left.kind, right.kind]
  if (kinds.includes('duration') || kinds.includes('age'))
    return 'an age is compared with a duration: age(last_order_at) > days(30)'
  if (kinds.includes('keys'))
    return 'a ranking is asked with "x" in interests or top(interests) == "x"'
  return 'compare a feature or trait with a constant'
}
