import { expect, it } from 'vitest'
import { createKnown, knownKeyLengthMax } from './known.ts'

it('holds as many answers as its limit, and begins anew with the one beyond it', () => {
  const known = createKnown<number>(3)
  for (const [n, key] of ['a', 'b', 'c'].entries()) known.set(key, n)
  expect([known.size, known.get('a'), known.get('c')]).toEqual([3, 0, 2])
  known.set('a', 5)
  expect([known.size, known.get('a')]).toEqual([3, 5])
  known.set('d', 3)
  expect([known.size, known.get('a'), known.get('d')]).toEqual([1, undefined, 3])
})

it('keeps a key of the longest length that is kept, and none beyond it', () => {
  const known = createKnown<number>(3)
  known.set('x'.repeat(knownKeyLengthMax), 1)
  known.set('y'.repeat(knownKeyLengthMax + 1), 2)
  expect([known.size, known.get('y'.repeat(knownKeyLengthMax + 1))]).toEqual([1, undefined])
})
