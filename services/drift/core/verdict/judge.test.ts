import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { significantOf } from './benjamini-hochberg.ts'
import { type Evidence, judge } from './judge.ts'

const steady: Evidence = {
  nRef: 5000,
  nCur: 1000,
  nullsRef: 0,
  nullsCur: 0,
  psiDebiased: 0.3,
  p: 1e-9,
}
const one = (change: Partial<Evidence>) => judge([{ ...steady, ...change }])[0]

describe('a verdict', () => {
  it('needs significance and size: neither alone is an alarm', () => {
    expect(one({})).toBe('critical')
    expect(one({ p: 0.2 })).toBe('ok')
    expect(one({ psiDebiased: 0.049 })).toBe('ok')
  })

  it.each([
    [0.05, 'info'],
    [0.099, 'info'],
    [0.1, 'warn'],
    [0.249, 'warn'],
    [0.25, 'critical'],
  ])('of a debiased PSI of %s is %s', (psiDebiased, verdict) => {
    expect(one({ psiDebiased })).toBe(verdict)
  })

  it('of too few rows on either side is that nobody knows, never that all is well', () => {
    expect(one({ nRef: 1999 })).toBe('insufficient_data')
    expect(one({ nCur: 499 })).toBe('insufficient_data')
    expect(one({ nRef: 1999, p: 0.5 })).toBe('insufficient_data')
    expect(one({ nRef: 2000, nCur: 500 })).toBe('critical')
  })

  it('is a warning when nulls grew by a point and not by chance, whatever the histogram says', () => {
    const quiet = { psiDebiased: 0, p: 0.5 }
    expect(one({ ...quiet, nullsRef: 50, nullsCur: 40 })).toBe('warn')
    expect(one({ ...quiet, nullsRef: 50, nullsCur: 19 })).toBe('ok')
    // A point more, of 500 rows: that happens.
    expect(one({ ...quiet, nCur: 500, nullsRef: 500, nullsCur: 55 })).toBe('ok')
    // Fewer nulls are no fault.
    expect(one({ ...quiet, nullsRef: 2000, nullsCur: 0 })).toBe('ok')
  })

  it('of one column depends on how many were tested beside it', () => {
    const weak = { ...steady, p: 0.006 }
    const chance = { ...steady, p: 0.5 }
    expect(judge([weak])).toEqual(['critical'])
    expect(judge([weak, chance])[0]).toBe('ok')
    // One that could not be tested does not count.
    expect(judge([weak, { ...chance, nCur: 10 }])[0]).toBe('critical')
  })
})

describe('significance of many tests', () => {
  it('is that of the published example', () => {
    // Benjamini and Hochberg (1995), section 3.2: 15 tests, q = 0.05, four are rejected.
    const ps = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
      0.6528, 0.759, 1,
    ]
    expect(significantOf(ps, 0.05).filter(Boolean)).toHaveLength(4)
  })

  it('lies between Bonferroni and no correction, and follows the order of p', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (ps) => {
        const significant = significantOf(ps, 0.05)
        const where = (holds: (p: number) => boolean): readonly boolean[] =>
          significant.filter((_, index) => holds(ps[index] ?? 1))
        expect(where((p) => p <= 0.05 / ps.length)).not.toContain(false)
        expect(where((p) => p > 0.05)).not.toContain(true)
        const largest = Math.max(-1, ...ps.filter((_, index) => significant[index] === true))
        expect(where((p) => p <= largest)).not.toContain(false)
      }),
    )
  })
})
