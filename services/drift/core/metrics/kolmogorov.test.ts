import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kolmogorovSurvival } from './kolmogorov.ts'
import { exactSizeMax, kolmogorovSmirnovTest } from './kolmogorov-smirnov.ts'

/** Every way to deal the ranks to two samples, each as probable: the definition of p for small samples. */
function byCounting(n: number, m: number, steps: number): number {
  let [outside, all] = [0, 0]
  const walk = (i: number, j: number, reached: boolean): void => {
    const isOutside = reached || Math.abs(i * m - j * n) >= steps
    if (i === n && j === m) {
      all += 1
      if (isOutside) outside += 1
      return
    }
    if (i < n) walk(i + 1, j, isOutside)
    if (j < m) walk(i, j + 1, isOutside)
  }
  walk(0, 0, false)
  return outside / all
}

/** Of two samples of that size, one of them moved by a bit. */
function pOfRows(n: number): number {
  const rows = Float64Array.from({ length: n }, (_, index) => index)
  const moved = rows.map((value) => value + n * 0.015)
  return kolmogorovSmirnovTest(rows, moved)?.p ?? Number.NaN
}

describe('the two-sample Kolmogorov-Smirnov test', () => {
  it('has the p of counting all ways to deal the ranks', () => {
    const sample = fc.uniqueArray(fc.double({ noNaN: true }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const test = kolmogorovSmirnovTest(
          Float64Array.from(a).toSorted(),
          Float64Array.from(b).toSorted(),
        )
        const steps = Math.round((test?.statistic ?? 0) * a.length * b.length)
        expect(test?.p).toBeCloseTo(byCounting(a.length, b.length, steps), 12)
      }),
      { numRuns: 60 },
    )
  })

  it('goes over from counting to the limit without a leap that matters', () => {
    // Of two samples of one size the distance is a multiple of 1/n; the limit knows no steps.
    expect(pOfRows(exactSizeMax)).toBeCloseTo(pOfRows(exactSizeMax + 1), 1)
  })
})

describe('the distribution of the one-sample statistic', () => {
  // scipy 1.17: scipy.stats.kstwo.sf(z / sqrt(n), n), one of each method.
  it.each([
    [5, 0.7, 0.612_441_638_829_468_2],
    [20, 0.5, 0.940_329_543_558_708_2],
    [100, 0.85, 0.441_073_722_834_754_77],
    [141, 1.2, 0.104_713_664_487_348_87],
    [99_999, 0.85, 0.464_519_668_699_947_9],
    [200_000, 1.9, 0.001_459_434_677_890_800_7],
  ])('of %s values at z = %s', (n, z, expected) => {
    expect(kolmogorovSurvival(n, z / Math.sqrt(n))).toBeCloseTo(expected, 10)
  })

  it('of very many is that of the sum, without its terms', () => {
    // The sum itself, for which ten million values take a second and a thousand million longer than a test may.
    const sums = [
      [100_001, 2.2, 0.024_477_731_349],
      [100_001, 10, 4.093_278_176e-9],
      [8_000_000, 2.5, 0.013_470_87],
      [80_000_000, 100, 2.765_578_8e-87],
      [1_000_000_000, 10, 4.122e-9],
    ] as const
    for (const [n, zz, expected] of sums)
      expect(kolmogorovSurvival(n, Math.sqrt(zz / n)) / expected).toBeCloseTo(1, 4)
  })

  it('falls from 1 to 0', () => {
    for (const n of [1, 3, 139, 140, 141, 5000]) {
      let before = 1
      for (let step = 0; step <= 100; step += 1) {
        const p = kolmogorovSurvival(n, step / 100)
        expect(p).toBeLessThanOrEqual(before + 1e-9)
        expect(p).toBeGreaterThanOrEqual(-1e-12)
        before = p
      }
      expect(before).toBe(0)
    }
  })
})
