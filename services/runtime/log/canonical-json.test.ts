import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { anyJson } from './testing/arbitraries.ts'

test('says the same as JSON', () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(value)
    }),
  )
})

test('is the same text for every order of keys', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'ü' }], a: 0.1 })).toBe(
    '{"a":0.1,"b":[1,{"c":"ü","d":null}]}',
  )
})

test('has no form for what is no number', () => {
  expect(() => canonicalJson([Number.NaN])).toThrow(RangeError)
})
