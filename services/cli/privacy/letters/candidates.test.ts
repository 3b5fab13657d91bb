import { expect, test } from 'vitest'
import { candidatesIn } from './candidates.ts'

const finds = (text: string | Uint8Array, wanted: string): boolean =>
  candidatesIn(Buffer.from(text)).has(wanted)

test('identifiers are found in JSON, wherever they stand', () => {
  const text = JSON.stringify({ a: [{ user: 'u 17' }, 4711], reason: '550 <ada@example.org>: no' })
  expect(finds(text, 'u 17')).toBe(true)
  expect(finds(text, '4711')).toBe(true)
  expect(finds(text, 'ada@example.org')).toBe(true)
})

test('they are found in what cannot be parsed: cut off, form-encoded, Avro', () => {
  expect(finds('{"email":"ada@example.org","na', 'ada@example.org')).toBe(true)
  expect(finds('recipient=ada%40example.org&x=1', 'ada@example.org')).toBe(true)
  expect(
    finds(Buffer.concat([Buffer.from([0, 0, 0, 0, 7, 0x44]), Buffer.from('user-17')]), 'user-17'),
  ).toBe(true)
})

test('of a record with endless words only so many are looked at', () => {
  const words = Array.from({ length: 20_000 }, (_, n) => `w${n}`)
  expect(candidatesIn(Buffer.from(words.join(' '))).size).toBe(5000)
})
