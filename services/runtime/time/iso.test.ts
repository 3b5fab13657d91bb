import fc from 'fast-check'
import { expect, test } from 'vitest'
import { earliestMs, fromIso, latestMs, toIso, toIsoOrNull } from './iso.ts'

test('is what Date says, over the whole range of DateTime64, and is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: earliestMs, max: latestMs }), (at) => {
      expect(toIso(at)).toBe(new Date(at).toISOString())
      expect(fromIso(toIso(at))).toBe(at)
    }),
    { numRuns: 2000 },
  )
})

test('is what Date says on every day of 400 years, leap days included', () => {
  const wrong: string[] = []
  for (let at = earliestMs; at <= latestMs; at += 86_400_000 - 1) {
    const text = toIso(at)
    if (text !== new Date(at).toISOString()) wrong.push(text)
  }
  expect(wrong).toEqual([])
  expect(toIso(earliestMs)).toBe('1900-01-01T00:00:00.000Z')
  expect(toIso(latestMs)).toBe('2299-12-31T23:59:59.999Z')
})

test('clamps what ClickHouse could not hold, and cuts fractions', () => {
  expect(toIso(-1e15)).toBe('1900-01-01T00:00:00.000Z')
  expect(toIso(1e15)).toBe('2299-12-31T23:59:59.999Z')
  expect(toIso(1.9)).toBe('1970-01-01T00:00:00.001Z')
  expect(toIsoOrNull(null)).toBeNull()
})

test('refuses what is no time', () => {
  expect(() => toIso(Number.NaN)).toThrow(RangeError)
})
