import { expect, test } from 'vitest'
import { median, quantile, ratioByRound } from './statistics.ts'

test('a median is the middle one, or the mean of the two in the middle, in whatever order they come', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([10, 2, 4, 100])).toBe(7)
  expect(median([3])).toBe(3)
  expect(() => median([])).toThrow(RangeError)
})

test('a quantile is one of the numbers: the smallest that so large a share does not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n)
  expect(quantile(hundred, 0.5)).toBe(50)
  expect(quantile(hundred, 0.99)).toBe(99)
  expect(quantile(hundred, 1)).toBe(100)
  expect(quantile([4], 0.01)).toBe(4)
})

test('a ratio is the median over rounds that both ran, not the ratio of medians', () => {
  const ours = new Map([
    [1, 100],
    [2, 40],
    [3, 90],
  ])
  const theirs = new Map([
    [1, 200],
    [2, 100],
    [3, 100],
    [4, 1],
  ])
  expect(ratioByRound(ours, theirs)).toBe(0.5)
  expect(ratioByRound(ours, new Map([[7, 1]]))).toBeNull()
})
