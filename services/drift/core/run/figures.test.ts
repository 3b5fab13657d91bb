import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quantileOf } from '../bins/numeric-bins.ts'
import { largestGap } from '../metrics/kolmogorov-smirnov.ts'
import { momentsOf, wassersteinOf } from '../metrics/wasserstein.ts'
import { gridLevels, type Snapshot, snapshot } from '../store/snapshot.ts'
import { figuresOf } from './figures.ts'

const size = 2000

/** Distinct values, as many as a grid is worth of, ascending. */
const values = fc
  .tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: 0.5, max: 2, noNaN: true }))
  .map(([start, power]) =>
    Float64Array.from({ length: size }, (_, n) => start + ((n + 0.5) / size) ** power),
  )

function stored(sorted: Float64Array): Snapshot {
  const { mean, sd } = momentsOf(sorted)
  const grid = gridLevels.map((level) => quantileOf((n) => sorted[n] ?? 0, sorted.length, level))
  const counts = [sorted.length, 0]
  return snapshot(0, { kind: 'feature', name: 'x' }, 'distribution', {
    edgesId: 'e',
    counts,
    rows: sorted.length,
    mean,
    sd,
    grid,
  })
}

test('stored quantiles say how far apart all values are: the statistic of Kolmogorov and Smirnov within 0.01, the distance within 0.02 of a standard deviation', () => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), values, (before, after) => {
      const all = Float64Array.from(before.flatMap((one) => [...one])).toSorted()
      const figures = figuresOf(stored(after), before.map(stored))
      const exact = largestGap(all, after) / (all.length * after.length)
      expect(Math.abs((figures.ksD ?? 1) - exact)).toBeLessThanOrEqual(0.01 + 1 / size)
      const distance = (wassersteinOf(all, after) ?? 0) / momentsOf(all).sd
      expect(Math.abs((figures.wassersteinNorm ?? 0) - distance)).toBeLessThan(0.02)
      expect([figures.nRef, figures.nCur]).toEqual([size * before.length, size])
    }),
    { numRuns: 50 },
  )
})
