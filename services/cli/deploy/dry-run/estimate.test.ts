import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimate } from './estimate.ts'
import { wilson } from './interval.ts'

describe('an interval', () => {
  it('is the one of the textbooks', () => {
    // Newcombe 1998, table I, method 3.
    expect(wilson(81, 263).low).toBeCloseTo(0.2553, 4)
    expect(wilson(81, 263).high).toBeCloseTo(0.3662, 4)
    expect(wilson(15, 148).low).toBeCloseTo(0.0624, 4)
    expect(wilson(0, 20).low).toBe(0)
    expect(wilson(0, 20).high).toBeCloseTo(0.1611, 4)
  })

  it('holds the share itself, lies within 0 and 1, and narrows with those who were looked at', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (looked, part) => {
          const hits = Math.round(looked * part)
          const { high, low } = wilson(hits, looked)
          expect(low).toBeGreaterThanOrEqual(0)
          expect(high).toBeLessThanOrEqual(1)
          expect(low).toBeLessThanOrEqual(hits / looked)
          expect(high).toBeGreaterThanOrEqual(hits / looked)
          const more = wilson(hits * 4, looked * 4)
          expect(more.high - more.low).toBeLessThanOrEqual(high - low)
        },
      ),
    )
  })
})

describe('an estimate', () => {
  it('of everybody is the number, unless the group is small', () => {
    const all = { sample: 500, population: 500 }
    expect(estimate(57, all, 10)).toEqual({ size: 57, size_below: null, low: null, high: null })
    expect(estimate(9, all, 10)).toEqual({ size: null, size_below: 10, low: null, high: null })
  })

  it('of a sample has an interval', () => {
    const some = { sample: 1000, population: 100_000 }
    expect(estimate(250, some, 10)).toEqual({
      size: 25_000,
      size_below: null,
      low: 22_415,
      high: 27_777,
    })
  })

  it('of few in a sample says how many there are at most, not that there are few', () => {
    const { size_below: below, ...rest } = estimate(0, { sample: 1000, population: 1_000_000 }, 10)
    expect(rest).toEqual({ size: null, low: null, high: null })
    expect(below).toBeGreaterThan(3500)
    expect(below).toBeLessThan(4000)
  })

  it('never tells a number below the minimum', () => {
    fc.assert(
      fc.property(
        fc.nat(400),
        fc.integer({ min: 400, max: 500 }),
        fc.integer({ min: 400, max: 100_000 }),
        (hits, sample, population) => {
          const { high, low, size, size_below } = estimate(hits, { sample, population }, 10)
          for (const shown of [high, low, size, size_below])
            expect(shown === null || shown >= 10).toBe(true)
          expect((size === null) !== (size_below === null)).toBe(true)
        },
      ),
    )
  })
})
