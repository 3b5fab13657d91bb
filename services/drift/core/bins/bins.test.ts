import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { categoricalBins, countCategorical, topCategories } from './categorical-bins.ts'
import { binsOf, countNumeric, numericEdges } from './numeric-bins.ts'

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).toSorted()
const oneTo = (n: number): readonly number[] => Array.from({ length: n }, (_, index) => index + 1)

describe('bins of a numeric reference', () => {
  it('are deciles between open ends, and one for nulls', () => {
    const edges = numericEdges(sorted(oneTo(101)), 101)
    expect(edges).toEqual({
      kind: 'numeric',
      edges: [11, 21, 31, 41, 51, 61, 71, 81, 91],
      zeros: false,
    })
    expect(countNumeric(edges, [-1e300, 11, 10.99, Number.POSITIVE_INFINITY], 7)).toEqual([
      2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 7,
    ])
  })

  it('have one for exact zeros from a twentieth of the rows on, nulls counted as rows', () => {
    const values = sorted([0, 0, 0, 0, 0, ...oneTo(95)])
    expect(numericEdges(values, 100).zeros).toBe(true)
    expect(numericEdges(values, 101).zeros).toBe(false)
    const edges = numericEdges(values, 100)
    // The zeros are no part of the deciles then.
    expect(edges.edges[4]).toBe(48)
    expect(countNumeric(edges, [0, -0, 1], 1).slice(-2)).toEqual([2, 1])
  })

  it('keep apart what is below, at and above the one value of a constant', () => {
    const edges = numericEdges(sorted([5, 5, 5]), 3)
    expect(countNumeric(edges, [4, 5, 5, 6], 0)).toEqual([1, 2, 1, 0])
  })

  it('know one zero, also as what is next above a constant', () => {
    expect(numericEdges(sorted([-Number.MIN_VALUE]), 1).edges).toEqual([-Number.MIN_VALUE, 0])
  })

  it('bear the largest numbers that there are', () => {
    const most = Number.MAX_VALUE
    expect(numericEdges(sorted([most]), 1).edges).toEqual([most])
    expect(numericEdges(sorted([-most]), 1).edges[0]).toBe(-most)
    expect(numericEdges(sorted([-most, most]), 2).edges[4]).toBe(0)
  })

  it('are finite, ascending and distinct, and count every value and null exactly once', () => {
    const value = fc.oneof(
      fc.double({ noNaN: true }),
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    )
    fc.assert(
      fc.property(fc.array(value), fc.array(value), fc.nat(20), (reference, current, nulls) => {
        const edges = numericEdges(sorted(reference), reference.length + nulls)
        expect(edges.edges.every(Number.isFinite)).toBe(true)
        expect(edges.edges).toEqual([...new Set(edges.edges)].toSorted((a, b) => a - b))
        const counts = countNumeric(edges, current, nulls)
        expect(counts).toHaveLength(binsOf(edges))
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(current.length + nulls)
      }),
    )
  })
})

describe('bins of a categorical reference', () => {
  it('are its most frequent categories, the rest of it, what is new, and null', () => {
    const many = new Map(oneTo(topCategories + 2).map((n) => [`c${n}`, n]))
    const bins = categoricalBins(many)
    expect([bins.top[0], bins.top.length, [...bins.others].toSorted()]).toEqual([
      `c${topCategories + 2}`,
      topCategories,
      ['c1', 'c2'],
    ])
    const current = new Map([
      ['c1', 3],
      ['never', 4],
      [`c${topCategories + 2}`, 5],
    ])
    const counts = countCategorical(bins, current, 6)
    expect([counts[0], counts.slice(-3)]).toEqual([5, [3, 4, 6]])
  })

  it('of equal frequency are in order of their names, whoever came first', () => {
    const [a, b] = [
      ['x', 1],
      ['y', 1],
    ] as const
    expect(categoricalBins(new Map([b, a])).top).toEqual(categoricalBins(new Map([a, b])).top)
  })
})
