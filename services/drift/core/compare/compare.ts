import { judge, type Verdict } from '../verdict/judge.ts'
import { compareEvidently } from './evidently.ts'
import type { Metrics } from './metrics.ts'
import { compareNannyml } from './nannyml.ts'
import { filledOf, type Sample } from './sample.ts'
import { compareTributary } from './tributary.ts'

export const conventions = ['tributary', 'evidently', 'nannyml'] as const
export type Convention = (typeof conventions)[number]

export interface Column {
  readonly name: string
  readonly reference: Sample
  readonly current: Sample
}

export interface ColumnResult {
  readonly name: string
  readonly type: Sample['kind']
  readonly n_ref: number
  readonly n_cur: number
  readonly metrics: Metrics
  /** null: another convention than ours has no verdict. */
  readonly verdict: Verdict | null
  readonly edges: readonly (number | string)[]
}

/** Compares two samples column by column, by the definitions of one convention; the verdicts are of all columns together. */
export function compareColumns(
  convention: Convention,
  columns: readonly Column[],
): readonly ColumnResult[] {
  const results = columns.map((column) => ({ column, ...metricsOf(convention, column) }))
  const verdicts =
    convention === 'tributary'
      ? judge(
          results.map(({ column: { reference, current }, metrics }) => ({
            nRef: reference.rows,
            nCur: current.rows,
            nullsRef: reference.rows - filledOf(reference),
            nullsCur: current.rows - filledOf(current),
            psiDebiased: metrics.psi_debiased,
            p: metrics.chi2_p,
          })),
        )
      : []
  return results.map(({ column: { name, reference, current }, metrics, edges }, index) => ({
    name,
    type: reference.kind,
    n_ref: reference.rows,
    n_cur: current.rows,
    metrics,
    verdict: verdicts[index] ?? null,
    edges,
  }))
}

function metricsOf(
  convention: Convention,
  { reference, current }: Column,
): { readonly metrics: Metrics; readonly edges: readonly (number | string)[] } {
  switch (convention) {
    case 'tributary':
      return compareTributary(reference, current)
    case 'evidently':
      return { metrics: compareEvidently(reference, current), edges: [] }
    case 'nannyml':
      return { metrics: compareNannyml(reference, current), edges: [] }
    default:
      return convention satisfies never
  }
}
