import gammainc from '@stdlib/math-base-special-gammainc'

export interface TestResult {
  readonly statistic: number
  /** Probability of a statistic as large under the hypothesis that nothing differs. */
  readonly p: number
}

/** P(χ² >= x) with k degrees of freedom: the upper regularised gamma function, exact in the tail where 1 − CDF is not. */
export const chiSquaredSurvival = (x: number, k: number): number =>
  x === Number.POSITIVE_INFINITY ? 0 : gammainc(x / 2, k / 2, true, true)

/**
 * Pearson's test that two samples, given as counts of the same bins, are of one population. Bins that both left empty say nothing. null: one
 * sample is empty, or there is one bin only.
 */
export function chiSquaredTest(
  reference: readonly number[],
  current: readonly number[],
): TestResult | null {
  let [nRef, nCur] = [0, 0]
  for (const count of reference) nRef += count
  for (const count of current) nCur += count
  if (nRef === 0 || nCur === 0) return null
  let statistic = 0
  let bins = 0
  for (const [index, ref] of reference.entries()) {
    const cur = current[index] ?? 0
    const both = ref + cur
    if (both === 0) continue
    bins += 1
    const expectedRef = (both * nRef) / (nRef + nCur)
    const expectedCur = (both * nCur) / (nRef + nCur)
    statistic += (ref - expectedRef) ** 2 / expectedRef + (cur - expectedCur) ** 2 / expectedCur
  }
  return bins < 2 ? null : { statistic, p: chiSquaredSurvival(statistic, bins - 1) }
}
