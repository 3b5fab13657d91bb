import {
  categoricalBins,
  type CategoricalBins,
  countCategorical,
} from '../bins/categorical-bins.ts'
import { countNumeric, type NumericEdges, numericEdges } from '../bins/numeric-bins.ts'
import { binFigures } from '../metrics/bin-figures.ts'
import { kolmogorovSmirnovTest } from '../metrics/kolmogorov-smirnov.ts'
import { momentsOf, wassersteinOf } from '../metrics/wasserstein.ts'
import { finite, type Metrics, noMetrics, ratesOf } from './metrics.ts'
import { filledOf, type NumericSample, type Sample } from './sample.ts'

export type Bins = NumericEdges | CategoricalBins

export interface Compared {
  readonly metrics: Metrics
  /** Inner edges of a numeric column, the top categories of another. */
  readonly edges: readonly (number | string)[]
}

export const binsOf = (reference: Sample): Bins =>
  reference.kind === 'numeric'
    ? numericEdges(reference.sorted, reference.rows)
    : categoricalBins(reference.counts)

export function countIn(bins: Bins, sample: Sample): readonly number[] {
  const nulls = sample.rows - filledOf(sample)
  if (bins.kind === 'numeric' && sample.kind === 'numeric')
    return countNumeric(bins, sample.sorted, nulls)
  if (bins.kind === 'categorical' && sample.kind === 'categorical')
    return countCategorical(bins, sample.counts, nulls)
  throw new Error('a sample of another type than its bins')
}

/** Both samples in the bins of the reference, nulls included: the definitions of `drift_metrics`. */
export function compareTributary(reference: Sample, current: Sample): Compared {
  const bins = binsOf(reference)
  const edges = bins.kind === 'numeric' ? bins.edges : bins.top
  const [ref, cur] = [countIn(bins, reference), countIn(bins, current)]
  return {
    edges,
    metrics: {
      ...noMetrics,
      ...binFigures(ref, cur),
      ...(reference.kind === 'numeric' && current.kind === 'numeric'
        ? ofValues(reference, current)
        : {}),
      ...ratesOf(reference, current),
    },
  }
}

function ofValues(reference: NumericSample, current: NumericSample): Partial<Metrics> {
  const distance = wassersteinOf(reference.sorted, current.sorted)
  const { sd } = momentsOf(reference.sorted)
  const test = kolmogorovSmirnovTest(reference.sorted, current.sorted)
  return {
    wasserstein: distance,
    wasserstein_norm: distance === null ? null : finite(distance / sd),
    ks: test?.statistic ?? null,
    ks_p: test?.p ?? null,
  }
}
