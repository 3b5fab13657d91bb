import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRecent } from './recent.ts'

const kinds = ['email', 'phone']
const keys = Array.from({ length: 20 }, (_, place) => `key ${place}`)
const asked = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...keys)), {
  maxLength: 400,
})

it('gives back what was kept of a kind under a key, or nothing', () => {
  fc.assert(
    fc.property(asked, fc.integer({ min: 1, max: 60 }), (asks, entriesMax) => {
      const recent = createRecent<string>(entriesMax)
      for (const [kind, key] of asks) {
        expect([undefined, `${key} of ${kind}`]).toContain(recent.get(kind, key))
        recent.set(kind, key, `${key} of ${kind}`)
        expect(recent.get(kind, key)).toBe(`${key} of ${kind}`)
      }
    }),
  )
})

it('knows what was asked for among the last half of its entries', () => {
  fc.assert(
    fc.property(asked, (asks) => {
      const recent = createRecent<string>(20)
      for (const [place, [kind, key]] of asks.entries()) {
        const isLate = asks
          .slice(Math.max(0, place - 10), place)
          .some(([otherKind, other]) => otherKind === kind && other === key)
        const known = recent.get(kind, key)
        expect(known ?? (isLate ? 'forgotten' : key)).toBe(key)
        if (known === undefined) recent.set(kind, key, key)
      }
    }),
  )
})

it('holds at most so many entries, whatever their kinds', () => {
  fc.assert(
    fc.property(asked, fc.integer({ min: 2, max: 20 }), (asks, entriesMax) => {
      const recent = createRecent<string>(entriesMax)
      for (const [kind, key] of asks)
        if (recent.get(kind, key) === undefined) recent.set(kind, key, key)
      const held = kinds.flatMap((kind) =>
        keys.filter((key) => recent.get(kind, key) !== undefined),
      )
      expect(held.length).toBeLessThanOrEqual(entriesMax)
    }),
  )
})

it('keeps nothing under a very long key, so that a flood of them costs no memory', () => {
  const recent = createRecent<string>(10)
  recent.set('email', 'a'.repeat(257), 'of a flood')
  expect(recent.get('email', 'a'.repeat(257))).toBeUndefined()
})
