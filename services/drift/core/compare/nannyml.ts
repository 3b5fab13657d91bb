import { countBelow, countBetween, doaneEdges, equalWidthEdges } from '../bins/equal-width.ts'
import { chiSquaredSurvival, chiSquaredTest } from '../metrics/chi-squared.ts'
import { hellingerOf, jsDistanceOf, linfOf, sharesOf, totalOf } from '../metrics/divergences.ts'
import { kolmogorovSmirnovTest } from '../metrics/kolmogorov-smirnov.ts'
import { wassersteinOf } from '../metrics/wasserstein.ts'
import { finite, type Metrics, noMetrics, ratesOf } from './metrics.ts'
import { type CategoricalSample, filledOf, type Sample } from './sample.ts'

/*
 * NannyML 0.13: Doane's bins of the reference, JS in base 2, what falls outside of them in a bin of its own; from 10,000 values of the reference on, KS and
 * Wasserstein from 10,000 bins of equal width. Nulls are left out; infinities leave no bins.
 */

export function compareNannyml(reference: Sample, current: Sample): Metrics {
  const rates = ratesOf(reference, current)
  if (filledOf(reference) === 0 || filledOf(current) === 0) return { ...noMetrics, ...rates }
  if (reference.kind === 'numeric' && current.kind === 'numeric')
    return { ...noMetrics, ...numeric(reference.sorted, current.sorted), ...rates }
  if (reference.kind === 'categorical' && current.kind === 'categorical')
    return { ...noMetrics, ...categorical(reference, current), ...rates }
  throw new Error('two samples of different types')
}

function numeric(ref: Float64Array, cur: Float64Array): Partial<Metrics> {
  const isFinite = [ref[0], ref.at(-1)].every(Number.isFinite)
  const estimated = isFinite && ref.length >= estimatedFrom
  return {
    ...(isFinite ? inDoanesBins(ref, cur) : {}),
    wasserstein: finite(estimated ? estimatedWasserstein(ref, cur) : wassersteinOf(ref, cur)),
    ks: estimated ? estimatedKs(ref, cur) : (kolmogorovSmirnovTest(ref, cur)?.statistic ?? null),
  }
}

const estimatedFrom = 10_000
const estimatedBins = 10_000

function inDoanesBins(ref: Float64Array, cur: Float64Array): Partial<Metrics> {
  const edges = doaneEdges(ref)
  return distances(countBetween(edges, ref), countBetween(edges, cur), ref.length, cur.length)
}

/** With a bin more for what the reference has no bin for. */
function distances(
  ref: readonly number[],
  cur: readonly number[],
  nRef: number,
  nCur: number,
): Partial<Metrics> {
  const left = nCur - totalOf(cur)
  const p = [...ref, 0].map((count) => count / nRef)
  const q = [...cur, left].map((count) => count / nCur)
  return { js_distance: jsDistanceOf(p, q, 2), hellinger: hellingerOf(p, q) }
}

function cumulative(shares: readonly number[]): readonly number[] {
  let sum = 0
  return shares.map((share) => (sum += share))
}

const sharesIn = (edges: readonly number[], sorted: Float64Array): readonly number[] =>
  countBetween(edges, sorted).map((count) => count / sorted.length)

function estimatedKs(ref: Float64Array, cur: Float64Array): number {
  const edges = equalWidthEdges(ref[0] ?? 0, ref.at(-1) ?? 0, estimatedBins)
  const below = countBelow(cur, edges[0] ?? 0, false) / cur.length
  const current = cumulative(sharesIn(edges, cur))
  let largest = 0
  for (const [index, share] of cumulative(sharesIn(edges, ref)).entries())
    largest = Math.max(largest, Math.abs(share - (below + (current[index] ?? 0))))
  return largest
}

/** The area within the reference's range by bins, and beyond it by the values; the library counts one value more on either side than there is. */
function estimatedWasserstein(ref: Float64Array, cur: Float64Array): number {
  const edges = equalWidthEdges(ref[0] ?? 0, ref.at(-1) ?? 0, estimatedBins)
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 0]
  const smaller = cur.subarray(0, countBelow(cur, low, false))
  const bigger = cur.subarray(countBelow(cur, high, true))
  const amount = (part: Float64Array): number =>
    part.length === 0 ? 0 : (part.length + 1) / cur.length
  const width = (edges[1] ?? 0) - low
  const current = cumulative(sharesIn(edges, cur))
  let within = 0
  for (const [index, share] of cumulative(sharesIn(edges, ref)).entries())
    within += Math.abs(share - ((current[index] ?? 0) + amount(smaller))) * width
  const areaSmaller =
    smaller.length === 0 ? 0 : areaUnder(Float64Array.from([...smaller, low]), (share) => share)
  const areaBigger =
    bigger.length === 0 ? 0 : areaUnder(Float64Array.from([high, ...bigger]), (share) => 1 - share)
  return within + areaSmaller * amount(smaller) + areaBigger * amount(bigger)
}

/** Of a function of the distribution function, from the first value to the last. */
function areaUnder(sorted: Float64Array, height: (share: number) => number): number {
  let area = 0
  for (let index = 1; index < sorted.length; index += 1)
    area += height(index / sorted.length) * ((sorted[index] ?? 0) - (sorted[index - 1] ?? 0))
  return area
}

const countsOf = (names: readonly string[], { counts }: CategoricalSample): readonly number[] =>
  names.map((name) => counts.get(name) ?? 0)

function categorical(reference: CategoricalSample, current: CategoricalSample): Partial<Metrics> {
  const known = [...reference.counts.keys()]
  const all = [...new Set([...known, ...current.counts.keys()])]
  const [ref, cur] = [countsOf(all, reference), countsOf(all, current)]
  const test = all.length === 2 ? withYates(ref, cur) : chiSquaredTest(ref, cur)
  return {
    ...distances(
      countsOf(known, reference),
      countsOf(known, current),
      filledOf(reference),
      filledOf(current),
    ),
    linf: linfOf(sharesOf(ref) ?? [], sharesOf(cur) ?? []),
    chi2: test?.statistic ?? (all.length === 1 ? 0 : null),
    chi2_p: test?.p ?? (all.length === 1 ? 1 : null),
  }
}

/** Of a table of two by two, Yates' correction: each difference is half a count smaller, if it is as large. */
function withYates(ref: readonly number[], cur: readonly number[]) {
  const totals = [ref, cur].map(totalOf)
  const whole = (totals[0] ?? 0) + (totals[1] ?? 0)
  let statistic = 0
  for (const [row, counts] of [ref, cur].entries())
    for (const [column, count] of counts.entries()) {
      const expected = (((ref[column] ?? 0) + (cur[column] ?? 0)) * (totals[row] ?? 0)) / whole
      const away = Math.abs(count - expected)
      statistic += (away - Math.min(0.5, away)) ** 2 / expected
    }
  return { statistic, p: chiSquaredSurvival(statistic, 1) }
}
