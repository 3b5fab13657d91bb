/** Distances between two histograms with the same bins, given as counts. All are null when one of them is empty. */

export const totalOf = (counts: readonly number[]): number =>
  counts.reduce((total, count) => total + count, 0)

/** Shares of the bins; null: nothing was counted. */
export function sharesOf(counts: readonly number[]): readonly number[] | null {
  const total = totalOf(counts)
  return total === 0 ? null : counts.map((count) => count / total)
}

/** Added to each bin (Jeffreys' prior of a multinomial), so that an empty bin is improbable and not impossible. */
const jeffreys = 0.5

export function smoothedShares(counts: readonly number[]): readonly number[] | null {
  return totalOf(counts) === 0 ? null : sharesOf(counts.map((count) => count + jeffreys))
}

type Shares = readonly number[]

function overBoth(p: Shares, q: Shares, term: (a: number, b: number) => number): number {
  let total = 0
  for (const [index, a] of p.entries()) total += term(a, q[index] ?? 0)
  return total
}

/** Population stability index Σ (cur − ref)·ln(cur / ref), nats. Symmetric, 0 for equal shares; infinite for an empty bin. */
export const psiOf = (reference: Shares, current: Shares): number =>
  overBoth(reference, current, (ref, cur) => (cur === ref ? 0 : (cur - ref) * Math.log(cur / ref)))

/**
 * What of a PSI is more than chance: two samples of one population have (1/N + 1/M)·χ²(B−1), hence the mean (B−1)(1/N + 1/M), which is taken off.
 * @param bins Bins of the histogram, those included that both left empty.
 */
export const debiasedPsi = (psi: number, bins: number, nRef: number, nCur: number): number =>
  Math.max(0, psi - (bins - 1) * (1 / nRef + 1 / nCur))

/** Kullback-Leibler divergence Σ cur·ln(cur / ref), nats: what a model of the reference loses on the current. Infinite where only the reference is empty. */
export const klOf = (reference: Shares, current: Shares): number =>
  overBoth(reference, current, (ref, cur) => (cur === 0 ? 0 : cur * Math.log(cur / ref)))

const half = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log((2 * a) / (a + b)))

/**
 * Jensen-Shannon distance: the root of the mean divergence from the middle of both, a metric (Endres and Schindelin 2003).
 * @param base 2: from 0 to 1, for disjoint ones. Math.E: as some libraries have it, up to √ln 2.
 */
export function jsDistanceOf(reference: Shares, current: Shares, base: number): number {
  const nats = overBoth(reference, current, (ref, cur) => half(ref, cur) + half(cur, ref)) / 2
  return Math.sqrt(Math.max(0, nats) / Math.log(base))
}

/** Hellinger distance, 0 to 1. */
export const hellingerOf = (reference: Shares, current: Shares): number =>
  Math.sqrt(overBoth(reference, current, (ref, cur) => (Math.sqrt(ref) - Math.sqrt(cur)) ** 2) / 2)

/** L-infinity: the largest difference of one bin's shares. */
export function linfOf(reference: Shares, current: Shares): number {
  let largest = 0
  for (const [index, ref] of reference.entries())
    largest = Math.max(largest, Math.abs(ref - (current[index] ?? 0)))
  return largest
}
