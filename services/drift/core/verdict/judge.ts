import { chiSquaredTest } from '../metrics/chi-squared.ts'
import { significantOf } from './benjamini-hochberg.ts'

/** How bad a column's change is. `insufficient_data` is no `ok`: nobody knows. */
export type Verdict = 'ok' | 'info' | 'warn' | 'critical' | 'insufficient_data'

/** What a verdict rests on. */
export interface Evidence {
  readonly nRef: number
  readonly nCur: number
  readonly nullsRef: number
  readonly nullsCur: number
  readonly psiDebiased: number | null
  /** Of the two-sample χ² test of the bins. */
  readonly p: number | null
}

/** Below these no figure of a distribution is worth a verdict: at n = 200, PSI > 0.1 is a false alarm in a third of all cases. */
export const currentRowsMin = 500
export const referenceRowsMin = 2000

/** Of the debiased PSI. */
export const floors = { info: 0.05, warn: 0.1, critical: 0.25 } as const

/** Below this part of the smallest change that is news all is calm: in between an episode stays what it is. */
export const calmBelow = 0.7

/** Growth of the share of nulls, in points of one, that is a warning if it is no chance. */
export const nullGrowthMin = 0.01
const nullSignificance = 0.001

/**
 * Verdicts of one run: a change counts if it is significant among all that were tested and large enough to matter; more nulls than before are a
 * warning of their own.
 */
export function judge(run: readonly Evidence[]): readonly Verdict[] {
  const significant = significantOf(run.map((one) => (isSufficient(one) ? one.p : null)))
  return run.map((one, index) => {
    if (!isSufficient(one)) return 'insufficient_data'
    const changed = significant[index] === true ? bySize(one.psiDebiased ?? 0) : 'ok'
    return changed !== 'critical' && growsEmpty(one) ? 'warn' : changed
  })
}

const isSufficient = ({ nRef, nCur }: Evidence): boolean =>
  nRef >= referenceRowsMin && nCur >= currentRowsMin

function bySize(psi: number): 'ok' | 'info' | 'warn' | 'critical' {
  if (psi >= floors.critical) return 'critical'
  if (psi >= floors.warn) return 'warn'
  return psi >= floors.info ? 'info' : 'ok'
}

function growsEmpty({ nRef, nCur, nullsRef, nullsCur }: Evidence): boolean {
  // A point more is a point more, whatever doubles make of 0.03 − 0.02.
  if (nullsCur / nCur - nullsRef / nRef < nullGrowthMin - 1e-12) return false
  const test = chiSquaredTest([nullsRef, nRef - nullsRef], [nullsCur, nCur - nullsCur])
  return test !== null && test.p < nullSignificance
}
