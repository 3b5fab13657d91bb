import type { Condition } from './evaluation.ts'

/**
 * Kleene's `and`. One false part settles it: it stays false at least until the last of the false parts may change. With none, any
 * part's change may change it.
 */
export const and = (left: Condition, right: Condition): Condition => settledBy(false, left, right)

/** Kleene's `or`: the mirror image, settled by a true part. */
export const or = (left: Condition, right: Condition): Condition => settledBy(true, left, right)

const settledBy =
  (settling: boolean, left: Condition, right: Condition): Condition =>
  (evaluation) => {
    const a = left(evaluation)
    if (a === settling && evaluation.until === Infinity) return settling
    const untilA = evaluation.until
    const b = right(evaluation)
    const untilB = evaluation.until
    if (a === settling && b === settling) evaluation.until = Math.max(untilA, untilB)
    else if (a === settling) evaluation.until = untilA
    else if (b === settling) evaluation.until = untilB
    else evaluation.until = Math.min(untilA, untilB)
    if (a === settling || b === settling) return settling
    return a === 'unknown' || b === 'unknown' ? 'unknown' : !settling
  }

export const not =
  (inner: Condition): Condition =>
  (evaluation) => {
    const verdict = inner(evaluation)
    return verdict === 'unknown' ? verdict : !verdict
  }

export const choice =
  (test: Condition, yes: Condition, no: Condition): Condition =>
  (evaluation) => {
    const tested = test(evaluation)
    if (tested === 'unknown') return 'unknown'
    const untilTest = evaluation.until
    const verdict = tested ? yes(evaluation) : no(evaluation)
    evaluation.until = Math.min(untilTest, evaluation.until)
    return verdict
  }
