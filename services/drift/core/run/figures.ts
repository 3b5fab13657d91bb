import { binFigures } from '../metrics/bin-figures.ts'
import { largestGap } from '../metrics/kolmogorov-smirnov.ts'
import { kolmogorovSurvival } from '../metrics/kolmogorov.ts'
import { wassersteinOf } from '../metrics/wasserstein.ts'
import type { Snapshot } from '../store/snapshot.ts'
import { comparable, histogramOf } from './signals.ts'

/** Figures of one subject against one reference; null: there is none. */
export interface Figures {
  readonly nRef: number
  readonly nCur: number
  readonly psi: number | null
  readonly psiDebiased: number | null
  readonly jsDistance: number | null
  readonly chi2P: number | null
  readonly wassersteinNorm: number | null
  readonly ksD: number | null
  readonly ksP: number | null
  readonly nullRateRef: number | null
  readonly nullRateCur: number | null
  readonly zeroRateRef: number | null
  readonly zeroRateCur: number | null
  readonly newCategoryShare: number | null
}

const total = (snapshots: readonly Snapshot[], of: 'rows' | 'nulls' | 'zeros'): number =>
  snapshots.reduce((sum, one) => sum + one[of], 0)
const rate = (hits: number, of: number): number | null => (of === 0 ? null : hits / of)

export function figuresOf(current: Snapshot, reference: readonly Snapshot[]): Figures {
  const isDistribution = current.shape === 'distribution'
  const same = isDistribution ? comparable(current, reference) : reference
  const [nRef, nCur] = [total(same, 'rows'), current.rows]
  const isNumeric = isDistribution && current.mean !== null
  return {
    nRef,
    nCur,
    ...ofBins(current, same),
    ...ofGrids(current, same),
    nullRateRef: isDistribution ? rate(total(same, 'nulls'), nRef) : null,
    nullRateCur: isDistribution ? rate(current.nulls, nCur) : null,
    zeroRateRef: isNumeric ? rate(total(same, 'zeros'), nRef) : null,
    zeroRateCur: isNumeric ? rate(current.zeros, nCur) : null,
    newCategoryShare: isDistribution && !isNumeric ? rate(current.fresh, nCur) : null,
  }
}

function ofBins(
  current: Snapshot,
  same: readonly Snapshot[],
): Pick<Figures, 'psi' | 'psiDebiased' | 'jsDistance' | 'chi2P'> {
  const of =
    current.shape === 'distribution'
      ? binFigures(histogramOf(same, current.edgesId).counts, current.counts)
      : null
  return {
    psi: of?.psi ?? null,
    psiDebiased: of?.psi_debiased ?? null,
    jsDistance: of?.js_distance ?? null,
    chi2P: of?.chi2_p ?? null,
  }
}

const noGrids = { wassersteinNorm: null, ksD: null, ksP: null }

/**
 * Of the stored quantiles instead of all values: each grid is as good as a sample whose distribution function is within half a step (0.005) of the
 * true one, hence `ksD` within a step (0.01) where values are distinct, and the area within a step times the range of the middle 99 %. Of more values than are put in
 * order, what is drawn is within 0.004 of all (`orderedMax`), so that both are within two steps.
 */
function ofGrids(
  current: Snapshot,
  same: readonly Snapshot[],
): typeof noGrids | Pick<Figures, keyof typeof noGrids> {
  const known = same.filter(({ grid }) => grid.length > 0)
  if (current.grid.length === 0 || known.length === 0) return noGrids
  const before = Float64Array.from(known.flatMap(({ grid }) => grid)).toSorted()
  const distance = wassersteinOf(before, current.grid)
  const sd = mixedSd(known)
  const ksD = largestGap(before, current.grid) / (before.length * current.grid.length)
  const [n, m] = [filled(known), filled([current])]
  return {
    wassersteinNorm: distance === null || !(sd > 0) ? null : distance / sd,
    ksD,
    ksP: kolmogorovSurvival(Math.max(1, Math.round((n * m) / (n + m))), ksD),
  }
}

const filled = (snapshots: readonly Snapshot[]): number =>
  total(snapshots, 'rows') - total(snapshots, 'nulls')

/** Standard deviation of all of them together, by those of each. */
function mixedSd(snapshots: readonly Snapshot[]): number {
  const known = snapshots.flatMap(({ mean, nulls, rows, sd }) =>
    mean === null || sd === null ? [] : [{ n: rows - nulls, mean, sd }],
  )
  const all = known.reduce((sum, { n }) => sum + n, 0)
  const mean = known.reduce((sum, one) => sum + one.n * one.mean, 0) / all
  return Math.sqrt(
    known.reduce((sum, one) => sum + one.n * (one.sd ** 2 + (one.mean - mean) ** 2), 0) / all,
  )
}
