import { kolmogorovSurvival } from './kolmogorov.ts'
import type { TestResult } from './chi-squared.ts'

/** Up to this size of the larger sample the probability is counted path by path; above it the error of the limit is beyond any use. */
export const exactSizeMax = 10_000

/**
 * Two-sample Kolmogorov-Smirnov test, two-sided: the largest distance between the empirical distribution functions, and how probable one as large is
 * when both samples are of one continuous population (with ties, at most that probable). Both ascending, without nulls. null: one is empty.
 */
export function kolmogorovSmirnovTest(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
): TestResult | null {
  const [n, m] = [reference.length, current.length]
  if (n === 0 || m === 0) return null
  const steps = largestGap(reference, current)
  const statistic = steps / (n * m)
  const p =
    Math.max(n, m) <= exactSizeMax
      ? outsideShare(n, m, steps)
      : kolmogorovSurvival(Math.round((n * m) / (n + m)), statistic)
  return { statistic, p: Math.min(1, Math.max(0, p)) }
}

/** The largest |i·m − j·n| on the way through both samples: the statistic times n·m, a whole number. */
export function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [n, m] = [a.length, b.length]
  let largest = 0
  let [i, j] = [0, 0]
  while (i < n && j < m) {
    const next = Math.min(a[i] ?? 0, b[j] ?? 0)
    while (i < n && (a[i] ?? 0) <= next) i += 1
    while (j < m && (b[j] ?? 0) <= next) j += 1
    largest = Math.max(largest, Math.abs(i * m - j * n))
  }
  return largest
}

/**
 * Share of the lattice paths from (0, 0) to (n, m) that reach a distance of `steps` from the diagonal: each is as probable under the hypothesis.
 * Every term is positive, so that small probabilities are as exact as large ones (Schröer and Trenkler 1995, from the outside).
 */
function outsideShare(n: number, m: number, steps: number): number {
  if (steps === 0) return 1
  const isOutside = (i: number, j: number): boolean => Math.abs(i * m - j * n) >= steps
  const shares = new Float64Array(m + 1)
  for (let j = 0; j <= m; j += 1) shares[j] = isOutside(0, j) ? 1 : 0
  for (let i = 1; i <= n; i += 1) {
    let before = isOutside(i, 0) ? 1 : (shares[0] ?? 0)
    shares[0] = before
    for (let j = 1; j <= m; j += 1) {
      before = isOutside(i, j) ? 1 : ((shares[j] ?? 0) * i + before * j) / (i + j)
      shares[j] = before
    }
  }
  return shares[m] ?? 0
}
