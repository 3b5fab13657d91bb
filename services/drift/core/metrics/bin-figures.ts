import { chiSquaredTest } from './chi-squared.ts'
import {
  debiasedPsi,
  hellingerOf,
  jsDistanceOf,
  klOf,
  linfOf,
  psiOf,
  sharesOf,
  smoothedShares,
  totalOf,
} from './divergences.ts'

/** What two histograms with the same bins say, by our definitions. */
export interface BinFigures {
  readonly psi: number
  readonly psi_debiased: number
  readonly js_distance: number
  readonly kl_div: number
  readonly hellinger: number
  readonly linf: number
  /** null: all is in one bin. */
  readonly chi2: number | null
  readonly chi2_p: number | null
}

/** null: one of them is empty. */
export function binFigures(ref: readonly number[], cur: readonly number[]): BinFigures | null {
  const [p, q] = [sharesOf(ref), sharesOf(cur)]
  const [smoothP, smoothQ] = [smoothedShares(ref), smoothedShares(cur)]
  if (p === null || q === null || smoothP === null || smoothQ === null) return null
  const psi = psiOf(smoothP, smoothQ)
  const test = chiSquaredTest(ref, cur)
  return {
    psi,
    psi_debiased: debiasedPsi(psi, ref.length, totalOf(ref), totalOf(cur)),
    js_distance: jsDistanceOf(p, q, 2),
    kl_div: klOf(smoothP, smoothQ),
    hellinger: hellingerOf(p, q),
    linf: linfOf(p, q),
    chi2: test?.statistic ?? null,
    chi2_p: test?.p ?? null,
  }
}
