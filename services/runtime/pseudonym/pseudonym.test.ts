import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { birthProfileId, createPseudonymiser, homeOf } from './pseudonym.ts'

const key = new Uint8Array(32).fill(7)

it('equals the standard library HMAC, for values of any length and script', () => {
  const pseudonymiser = createPseudonymiser(key)
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 3000 }),
      fc.constantFrom('email', 'user_id'),
      (value, type) => {
        const expected = createHmac('sha256', key)
          .update(`${type}\0${value}`)
          .digest()
          .toString('base64url', 0, 16)
        expect(pseudonymiser.fragmentId(type, value)).toBe(`${type}:${expected}`)
      },
    ),
  )
})

it('refuses a short key', () => {
  expect(() => createPseudonymiser(new Uint8Array(31))).toThrow(/32/)
})

it('gives a birth id that is a UUID of version 5 and never changes', () => {
  expect(
    birthProfileId(createPseudonymiser(key).fragmentId('email', 'ada@example.net')),
  ).toMatchInlineSnapshot(`"7c06091c-d072-5f0f-bd59-026a5bc79717"`)
})

it('homes lie within the partitions', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 64 }), (value, partitions) => {
      const fragment = createPseudonymiser(key).fragmentId('email', value)
      expect(homeOf(fragment, partitions)).toBeLessThan(partitions)
    }),
  )
})
