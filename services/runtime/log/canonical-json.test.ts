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

test('writes every text, number and key as JSON.stringify does', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
    fc.constantFrom(
      '"',
      '\\',
      '\u0000',
      '\u001f',
      '\u007f',
      '\u2028',
      '\ud83d',
      'a/b',
      '</script>',
    ),
  )
  fc.assert(
    fc.property(anyText, fc.double({ noNaN: true, noDefaultInfinity: true }), (text, number) => {
      expect(canonicalJson(text)).toBe(JSON.stringify(text))
      expect(canonicalJson(number)).toBe(JSON.stringify(number))
      expect(canonicalJson({ [text]: [number, text, true, false, null] })).toBe(
        JSON.stringify({ [text]: [number, text, true, false, null] }),
      )
    }),
  )
})

test('sorts keys by UTF-16 code units, not by language nor by number', () => {
  expect(canonicalJson({ é: 1, z: 1, Z: 1, 10: 1, 9: 1, '\u{1f600}': 1, '\uffff': 1 })).toBe(
    '{"10":1,"9":1,"Z":1,"z":1,"é":1,"\u{1f600}":1,"\uffff":1}',
  )
})

test('leaves out what has no value', () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a source that is not as typed
  expect(canonicalJson({ b: undefined, a: 1 } as never)).toBe('{"a":1}')
})
