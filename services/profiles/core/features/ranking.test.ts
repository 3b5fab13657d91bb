import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import { decayedTopk } from './decayed-topk.ts'
import { testEvent, testFeature } from './testing.ts'

/** Some more and some fewer keys than are put in their places one by one. */
const sizes = [1, 3, 49, 50, 51, 80]

test('a ranking shows the heaviest first and ties by key, however many keys there are', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 80, maxLength: 80 })
  fc.assert(
    fc.property(fc.constantFrom(...sizes), weights, (size, drawn) => {
      const feature = testFeature('decayed_topk', { k: size })
      const shown = drawn
        .slice(0, size)
        .map((weight, n) => [`key ${(n * 37) % size}`, weight] as const)
      let state: Parameters<typeof decayedTopk.finalize>[0] | undefined
      for (const [key, weight] of shown) {
        const next = decayedTopk.update(
          state,
          feature,
          weight,
          key,
          testEvent({ occurredAt: epochMs(0) }),
        )
        if (typeof next === 'string') throw new TypeError(next)
        state = next
      }
      if (state === undefined) throw new TypeError('nothing happened')
      const value = decayedTopk.finalize(state, feature)
      if (value.kind !== 'ranked') throw new TypeError(value.kind)
      const sums = new Map<string, number>()
      for (const [key, weight] of shown) sums.set(key, (sums.get(key) ?? 0) + weight)
      const expected = [...sums].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      expect(value.entries).toEqual(expected)
      expect(value.totalAtRef).toBe(expected.reduce((sum, [, weight]) => sum + weight, 0))
    }),
  )
})
