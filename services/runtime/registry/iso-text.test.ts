import fc from 'fast-check'
import { expect, test } from 'vitest'
import { earliestMs, latestMs } from '../time/iso.ts'
import { isoText } from './iso-text.ts'

test('a time is written as Date writes it, on whatever day the one before it was', () => {
  const anyMs = fc.oneof(
    fc.integer({ min: 0, max: 4e12 }),
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    fc.constantFrom(0, -1, 86_399_999, 86_400_000, Date.UTC(9999, 11, 31), 8.64e15, -8.64e15),
    fc.constantFrom(earliestMs, earliestMs - 1, latestMs, latestMs + 1),
  )
  fc.assert(
    fc.property(fc.array(anyMs, { minLength: 1 }), (times) => {
      for (const ms of times) expect(isoText(ms)).toBe(new Date(ms).toISOString())
    }),
  )
})

test('what no calendar holds stays the number that it is', () => {
  expect([8.64e15 + 1, -8.64e15 - 1].map(isoText)).toEqual([8.64e15 + 1, -8.64e15 - 1])
})
