import { comparisons, mirrored } from '../cel/compare.ts'
import type { Comparison, Expression } from '../cel/expression.ts'
import { CelRefusal } from '../cel/expression.ts'
import { firstFlip, roundingMax } from './crossing.ts'
import type { ProfileReader } from '../compiled.ts'
import { also, type Condition, type Steady } from './evaluation.ts'
import type { Course, Moving, Operand } from './operand.ts'

const clock: Moving = {
  read: (evaluation) => {
    evaluation.until = Infinity
    return 0
  },
  at: (_since, t) => t,
  meets: (_since, threshold) => threshold,
}

/** `comparisons` of two numbers, which is what most of them are: without a look at what they are. */
const ofNumbers: Readonly<Record<Comparison, (left: number, right: number) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left - right < 0,
  '<=': (left, right) => left - right <= 0,
  '>': (left, right) => left - right > 0,
  '>=': (left, right) => left - right >= 0,
}

/** How a moving value compares with a threshold at a moment. Rounding costs a text, so only what is close to the threshold is rounded. */
function comparesAt(
  op: Comparison,
  { at, roughly }: Moving,
): (course: Course, t: number, threshold: number) => boolean {
  const compare = ofNumbers[op]
  if (roughly === undefined) return (course, t, threshold) => compare(at(course, t), threshold)
  return (course, t, threshold) => {
    const value = roughly(course, t)
    return Math.abs(value - threshold) <= roundingMax * Math.abs(value)
      ? compare(at(course, t), threshold)
      : compare(value, threshold)
  }
}

/** One moving side against one steady side: the verdict now, and the millisecond at which time flips it. */
function movingAgainst(op: Comparison, moving: Moving, steady: Steady): Condition {
  const compares = comparesAt(op, moving)
  return (evaluation) => {
    const threshold = steady(evaluation)
    const untilSteady = evaluation.until
    if (typeof threshold !== 'number') return also(untilSteady, evaluation, 'unknown')
    const course = moving.read(evaluation)
    if (course === undefined) return also(untilSteady, evaluation, 'unknown')
    const { at } = evaluation
    const verdict = compares(course, at, threshold)
    const untilStale = Math.min(untilSteady, evaluation.until)
    evaluation.until =
      compares(course, Infinity, threshold) === verdict
        ? untilStale
        : Math.min(untilStale, flipOf(compares, verdict, course, threshold, at, moving))
    return verdict
  }
}

const flipOf = (
  compares: ReturnType<typeof comparesAt>,
  verdict: boolean,
  course: Course,
  threshold: number,
  at: number,
  { meets }: Moving,
): number => firstFlip((t) => compares(course, t, threshold), verdict, at, meets(course, threshold))

/** More steps than the widest window has. */
const stepsLookedAt = 1000

/**
 * Two values that are the same until known moments: of these, `until` is the first one that changes the verdict. A window's steps are looked through, so
 * that a timer comes when a member leaves and not with each bucket. An unknown verdict is looked at again at once: what is stale by then is read anew.
 */
function steadyAgainst(op: Comparison, left: Steady, right: Steady): Condition {
  const verdictOf = steadyVerdict(op, left, right)
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

function steadyVerdict(op: Comparison, left: Steady, right: Steady): Condition {
  const compare = comparisons[op]
  const compareNumbers = ofNumbers[op]
  return (evaluation) => {
    const a = left(evaluation)
    const untilLeft = evaluation.until
    const b = right(evaluation)
    if (untilLeft < evaluation.until) evaluation.until = untilLeft
    if (a === undefined || b === undefined) return 'unknown'
    return typeof a === 'number' && typeof b === 'number' ? compareNumbers(a, b) : compare(a, b)
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
  if (left.kind === 'now' && right.kind === 'instant') return movingAgainst(op, clock, right.read)
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
