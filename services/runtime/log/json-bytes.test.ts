import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JsonValue } from '../event/event.ts'
import { canonicalJson } from './canonical-json.ts'
import { isTextWithin, jsonBytes, textBytes } from './json-bytes.ts'
import { anyJson } from './testing/arbitraries.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.nat(0xff_ff).map((unit) => String.fromCharCode(unit)) }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\u0001', 'ü', '語', '😀', '\ud800', '\udc00'),
  }),
)
const bytesOf = (value: JsonValue): number => Buffer.byteLength(canonicalJson(value))

it('says to the byte what a text takes', () => {
  fc.assert(
    fc.property(text, (one) => {
      expect(textBytes(one)).toBe(bytesOf(one))
    }),
    { numRuns: 2000 },
  )
})

it('says within how many bytes a text is, wherever the limit lies', () => {
  fc.assert(
    fc.property(text, fc.nat(100), (one, limit) => {
      expect(isTextWithin(one, limit)).toBe(bytesOf(one) <= limit)
    }),
    { numRuns: 2000 },
  )
})

it('never says less than what a value takes', () => {
  fc.assert(
    fc.property(fc.oneof(anyJson, fc.array(text)), (one) => {
      expect(jsonBytes(one)).toBeGreaterThanOrEqual(bytesOf(one))
    }),
    { numRuns: 2000 },
  )
})
