import { significantOf } from './benjamini-hochberg.ts'
import { growthIn, shareChange } from './share-change.ts'
import { severityOfPsi } from './size.ts'

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

/** Growth of the share of nulls, in points of one, that is a warning if it is no chance. */
export const nullGrowthMin = 0.01

/**
 * Verdicts of one run: a change counts if it is significant among all that were tested and large enough to matter; more nulls than before are a
 * warning of their own.
 */
export function judge(run: readonly Evidence[]): readonly Verdict[] {
  const significant = significantOf(run.map((one) => (isSufficient(one) ? one.p : null)))
  return run.map((one, index) => {
    if (!isSufficient(one)) return 'insufficient_data'
    const changed =
      significant[index] === true ? (severityOfPsi(one.psiDebiased ?? 0) ?? 'ok') : 'ok'
    return changed !== 'critical' && growsEmpty(one) ? 'warn' : changed
  })
}

const isSufficient = ({ nRef, nCur }: Evidence): boolean =>
  nRef >= referenceRowsMin && nCur >= currentRowsMin

function growsEmpty({ nRef, nCur, nullsRef, nullsCur }: Evidence): boolean {
  const change = shareChange({ hits: nullsRef, of: nRef }, { hits: nullsCur, of: nCur })
  return !change.isChance && growthIn(nullGrowthMin, change) >= 1
}
