import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dueWindows, untilDue, untilNext } from './due-windows.ts'

const day = 86_400_000
const schedule = { windowMs: day, delayMs: 600_000, catchUpMax: 28 }

test('the first run is of the window that has just ended', () => {
  expect(dueWindows(null, 10 * day + 600_000, schedule)).toEqual([10 * day])
  expect(dueWindows(null, 10 * day + 599_999, schedule)).toEqual([9 * day])
})

test('missed windows are made up for in their order, and too many are left out', () => {
  expect(dueWindows(7 * day, 10 * day + day / 2, schedule)).toEqual([8 * day, 9 * day, 10 * day])
  expect(dueWindows(10 * day, 10 * day + day / 2, schedule)).toEqual([])
  expect(dueWindows(0, 100 * day + day / 2, schedule)).toHaveLength(28)
  // Somebody ran one in between by hand.
  expect(dueWindows(9 * day + 5, 10 * day + day / 2, schedule)).toEqual([10 * day])
  // One run by hand is the last that was run: what was missed before it is not made up for.
  expect(dueWindows(10 * day + 5, 10 * day + day / 2, schedule)).toEqual([])
})

test('when nothing is due, something is after the wait and not before', () => {
  fc.assert(
    fc.property(fc.integer({ min: day, max: 400 * day }), (now) => {
      const last = dueWindows(null, now, schedule)[0] ?? 0
      const next = now + untilNext(now, schedule)
      expect(dueWindows(last, next, schedule)).toEqual([last + day])
      expect(dueWindows(last, next - 1, schedule)).toEqual([])
    }),
  )
})

test('a run is late from the wait after its window on, and one that is not due is not', () => {
  expect(untilDue(10 * day, 11 * day + 600_000 + 5, schedule)).toBe(-5)
  expect(untilDue(10 * day, 13 * day + 600_000, schedule)).toBe(-2 * day)
  expect(untilDue(10 * day, 11 * day + 599_000, schedule)).toBe(1000)
  expect(untilDue(11 * day, 11 * day + 600_000 + 5, schedule)).toBe(day - 5)
})
