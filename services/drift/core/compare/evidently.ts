import { countBetween, sturgesEdges } from '../bins/equal-width.ts'
import { chiSquaredSurvival } from '../metrics/chi-squared.ts'
import {
  hellingerOf,
  jsDistanceOf,
  klOf,
  psiOf,
  sharesOf,
  totalOf,
} from '../metrics/divergences.ts'
import { kolmogorovSmirnovTest } from '../metrics/kolmogorov-smirnov.ts'
import { momentsOf, wassersteinOf } from '../metrics/wasserstein.ts'
import { finite, type Metrics, noMetrics, ratesOf } from './metrics.ts'
import { type CategoricalSample, filledOf, finiteOf, type Sample } from './sample.ts'

/*
 * Evidently 0.7: bins over both samples together, JS in base e, PSI and KL with empty bins filled up, KL of the reference against the current. Nulls and
 * infinities are left out before anything else.
 */

interface Histograms {
  readonly ref: readonly number[]
  readonly cur: readonly number[]
}

export function compareEvidently(reference: Sample, current: Sample): Metrics {
  const rates = ratesOf(reference, current)
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    const [ref, cur] = [finiteOf(reference), finiteOf(current)]
    if (ref.length === 0 || cur.length === 0) return { ...noMetrics, ...rates }
    return { ...noMetrics, ...numeric(ref, cur, reference.whole && current.whole), ...rates }
  }
  if (reference.kind === 'categorical' && current.kind === 'categorical') {
    if (filledOf(reference) === 0 || filledOf(current) === 0) return { ...noMetrics, ...rates }
    return { ...noMetrics, ...categorical(reference, current), ...rates }
  }
  throw new Error('two samples of different types')
}

function numeric(ref: Float64Array, cur: Float64Array, isWhole: boolean): Partial<Metrics> {
  const both = Float64Array.from([...ref, ...cur]).toSorted()
  const test = kolmogorovSmirnovTest(ref, cur)
  const distance = wassersteinOf(ref, cur)
  const distinct = [...new Set(both)]
  return {
    ...divergences(
      new Set(ref).size > distinctMax
        ? inEdges(sturgesEdges(both, isWhole), ref, cur)
        : byValue(countsOf(ref), countsOf(cur)),
    ),
    hellinger: affinityDistance(inEdges(sturgesEdges(distinct, isWhole), ref, cur)),
    wasserstein_norm: distance === null ? null : distance / Math.max(momentsOf(ref).sd, 0.001),
    ks_p: test?.p ?? null,
  }
}

/** Of a reference with fewer distinct values each is a bin. */
const distinctMax = 20

function categorical(reference: CategoricalSample, current: CategoricalSample): Partial<Metrics> {
  const histograms = byValue(reference.counts, current.counts)
  return {
    ...divergences(histograms),
    hellinger: affinityDistance(histograms),
    chi2_p: goodnessOfFit(histograms),
  }
}

function divergences(histograms: Histograms): Partial<Metrics> {
  const [p, q] = [sharesOf(histograms.ref), sharesOf(histograms.cur)]
  if (p === null || q === null) return {}
  const [filledP, filledQ] = [filled(p), filled(q)]
  return {
    psi: psiOf(filledP, filledQ),
    js_distance: jsDistanceOf(p, q, Math.E),
    kl_div: klOf(sharesOf(filledQ) ?? [], sharesOf(filledP) ?? []),
  }
}

/** An empty bin gets a ten-thousandth, or a millionth of the smallest share if that is smaller still. The shares then sum up to more than 1. */
function filled(shares: readonly number[]): readonly number[] {
  const smallest = Math.min(...shares.filter((share) => share !== 0))
  const little = smallest <= 0.0001 ? smallest / 1e6 : 0.0001
  return shares.map((share) => (share === 0 ? little : share))
}

/** Hellinger's distance from the Bhattacharyya coefficient, which is cut off at 1. */
function affinityDistance({ ref, cur }: Histograms): number {
  const [p, q] = [sharesOf(ref), sharesOf(cur)]
  if (p === null || q === null) return 1
  return finite(hellingerOf(p, q)) ?? 1
}

/** Pearson's test of the current against the reference's shares as if those were known for certain. */
function goodnessOfFit({ ref, cur }: Histograms): number | null {
  const factor = totalOf(cur) / totalOf(ref)
  let statistic = 0
  for (const [index, count] of ref.entries()) {
    const expected = count * factor
    statistic += ((cur[index] ?? 0) - expected) ** 2 / expected
  }
  return ref.length < 2 ? null : chiSquaredSurvival(statistic, ref.length - 1)
}

const inEdges = (edges: readonly number[], ref: Float64Array, cur: Float64Array): Histograms => ({
  ref: countBetween(edges, ref),
  cur: countBetween(edges, cur),
})

function byValue<Value>(
  ref: ReadonlyMap<Value, number>,
  cur: ReadonlyMap<Value, number>,
): Histograms {
  const values = [...new Set([...ref.keys(), ...cur.keys()])]
  return {
    ref: values.map((value) => ref.get(value) ?? 0),
    cur: values.map((value) => cur.get(value) ?? 0),
  }
}

function countsOf(values: Float64Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
