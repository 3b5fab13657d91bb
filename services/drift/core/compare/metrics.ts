import { countBelow } from '../bins/equal-width.ts'
import { filledOf, type Sample } from './sample.ts'

/** What a comparison says of one column. null: the convention has no such metric, or these samples none. */
export interface Metrics {
  readonly psi: number | null
  readonly psi_debiased: number | null
  readonly js_distance: number | null
  readonly kl_div: number | null
  readonly hellinger: number | null
  readonly linf: number | null
  readonly wasserstein: number | null
  readonly wasserstein_norm: number | null
  readonly ks: number | null
  readonly ks_p: number | null
  readonly chi2: number | null
  readonly chi2_p: number | null
  readonly null_rate_ref: number | null
  readonly null_rate_cur: number | null
  readonly zero_rate_ref: number | null
  readonly zero_rate_cur: number | null
  readonly new_category_share: number | null
}

export const noMetrics: Metrics = {
  psi: null,
  psi_debiased: null,
  js_distance: null,
  kl_div: null,
  hellinger: null,
  linf: null,
  wasserstein: null,
  wasserstein_norm: null,
  ks: null,
  ks_p: null,
  chi2: null,
  chi2_p: null,
  null_rate_ref: null,
  null_rate_cur: null,
  zero_rate_ref: null,
  zero_rate_cur: null,
  new_category_share: null,
}

/** Shares of all rows: what needs no convention. */
export function ratesOf(reference: Sample, current: Sample): Partial<Metrics> {
  return {
    null_rate_ref: nullRate(reference),
    null_rate_cur: nullRate(current),
    zero_rate_ref: zeroRate(reference),
    zero_rate_cur: zeroRate(current),
    new_category_share: newShare(reference, current),
  }
}

const nullRate = (sample: Sample): number | null =>
  sample.rows === 0 ? null : (sample.rows - filledOf(sample)) / sample.rows

function zeroRate(sample: Sample): number | null {
  if (sample.kind !== 'numeric' || sample.rows === 0) return null
  const { sorted, rows } = sample
  return (countBelow(sorted, 0, true) - countBelow(sorted, 0, false)) / rows
}

function newShare(reference: Sample, current: Sample): number | null {
  if (reference.kind !== 'categorical' || current.kind !== 'categorical' || current.rows === 0)
    return null
  let fresh = 0
  for (const [name, count] of current.counts) if (!reference.counts.has(name)) fresh += count
  return fresh / current.rows
}

/** What is not finite is no number that JSON has. */
export const finite = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null
