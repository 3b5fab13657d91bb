import { smoothedShares } from '../metrics/divergences.ts'

/** One bin's part in what moved. */
export interface Contribution {
  readonly bin: string
  /** Shares of all rows. */
  readonly before: number
  readonly after: number
  /** Its term of the PSI; all of them add up to it. */
  readonly psi: number
}

/** Bins by their part of the PSI, largest first. Empty: there is nothing to compare. */
export function contributionsOf(
  names: readonly string[],
  reference: readonly number[],
  current: readonly number[],
): readonly Contribution[] {
  const [p, q] = [smoothedShares(reference), smoothedShares(current)]
  if (p === null || q === null || p.length !== q.length) return []
  return p
    .map((before, bin) => {
      const after = q[bin] ?? before
      const psi = (after - before) * Math.log(after / before)
      return { bin: names[bin] ?? `bin ${bin}`, before, after, psi }
    })
    .toSorted((a, b) => b.psi - a.psi || (a.bin < b.bin ? -1 : 1))
}
