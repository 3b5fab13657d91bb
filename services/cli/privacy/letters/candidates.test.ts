import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { cpuMs } from '../../../../test/support/cpu.ts'
import { candidatesIn } from './candidates.ts'

const none = Buffer.alloc(0)
const textsOf = (value: string | Uint8Array): ReadonlySet<string> =>
  candidatesIn({ value: Buffer.from(value), headers: {} }).texts
const finds = (text: string | Uint8Array, wanted: string): boolean => textsOf(text).has(wanted)

test('identifiers are found in JSON, wherever they stand', () => {
  const text = JSON.stringify({ a: [{ user: 'u 17' }, 4711], reason: '550 <ada@example.org>: no' })
  expect(finds(text, 'u 17')).toBe(true)
  expect(finds(text, '4711')).toBe(true)
  expect(finds(text, 'ada@example.org')).toBe(true)
  expect(finds(JSON.stringify({ from: "Mo <o'hara@example.org>" }), "o'hara@example.org")).toBe(
    true,
  )
})

test('they are found in what cannot be parsed: cut off, form-encoded, Avro', () => {
  expect(finds('{"email":"ada@example.org","na', 'ada@example.org')).toBe(true)
  expect(finds('{"user":"u 17","na', 'u 17')).toBe(true)
  expect(finds('{"user":4711,"na', '4711')).toBe(true)
  expect(finds(JSON.stringify(JSON.stringify({ user: 'u 17' })).slice(0, -1), 'u 17')).toBe(true)
  expect(finds('recipient=ada%40example.org&x=1', 'ada@example.org')).toBe(true)
  expect(finds('who=mailto:ada%40example.org&x=100%', 'ada@example.org')).toBe(true)
  expect(
    finds(Buffer.concat([Buffer.from([0, 0, 0, 0, 7, 0x44]), Buffer.from('user-17')]), 'user-17'),
  ).toBe(true)
})

test('they are found with the blanks and signs of their own, in forms without quotes too', () => {
  expect(finds('sale;+49 170 1234567;12.50', '+49 170 1234567')).toBe(true)
  expect(finds('sale\t0170 / 1234567\n', '0170 / 1234567')).toBe(true)
  expect(finds('a|+49 170 1234567|b', '+49 170 1234567')).toBe(true)
  expect(finds('id,auth0|5f7c8ec7,x', 'auth0|5f7c8ec7')).toBe(true)
  expect(finds('tel=%2B49+170+1234567&x=1', '+49 170 1234567')).toBe(true)
  expect(
    finds(
      Buffer.from([0, 0, 0, 0, 7, 2, 0x20, ...Buffer.from('u 17 of Berlin 3')]),
      'u 17 of Berlin 3',
    ),
  ).toBe(true)
  expect(
    finds(
      Buffer.from([0, 0x30, ...Buffer.from('u 17 of Berlin 36 and xy')]),
      'u 17 of Berlin 36 and xy',
    ),
  ).toBe(true)
})

/** Of 64 bytes and more a length has two bytes. */
const avroText = (text: string): Buffer => {
  const double = Buffer.byteLength(text) * 2
  const length = double < 128 ? [double] : [(double % 128) + 128, Math.floor(double / 128)]
  return Buffer.concat([Buffer.from(length), Buffer.from(text)])
}
const avro = (...texts: readonly string[]): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), ...texts.map(avroText)])

test('a text of Avro is found whatever its own length and that of the next one look like', () => {
  for (let length = 1; length < 140; length += 1) {
    const next = 'x'.repeat(length)
    expect({ length, found: finds(avro('ada@example.org', next), 'ada@example.org') }).toEqual({
      length,
      found: true,
    })
    expect(finds(avro(next, 'a-very-long-login-of-ada', next), 'a-very-long-login-of-ada')).toBe(
      true,
    )
    expect(finds(avro(next, '+49 170 1234567', next), '+49 170 1234567')).toBe(true)
  }
  expect(
    finds(avro('Zoë Åkesson-Öberg', 'zoë@example.org', 'a'.repeat(40)), 'zoë@example.org'),
  ).toBe(true)
})

test('words of a text are not looked at once more without their first letter', () => {
  expect(textsOf('user-17 x').has('ser-17')).toBe(false)
})

test('they are found in headers', () => {
  const headers = { 'x-user': Buffer.from('user-17') }
  expect(candidatesIn({ value: none, headers }).texts.has('user-17')).toBe(true)
})

const words = Array.from({ length: 20_000 }, (_, n) => `w${n}`).join(' ')

test('of a record with endless words only so many are looked at, and it is said', () => {
  const found = candidatesIn({ value: Buffer.from(words), headers: {} })
  expect(found.texts.size).toBe(5000)
  expect(found.complete).toBe(false)
  expect(candidatesIn({ value: Buffer.from('w1 w2'), headers: {} }).complete).toBe(true)
})

test('all headers together are one record', () => {
  const all = words.split(' ')
  const headers = Object.fromEntries(all.map((one) => [one, Buffer.from(one)]))
  const found = candidatesIn({ value: none, headers })
  expect(found.texts.size).toBe(5000)
  expect(found.complete).toBe(false)
})

test('no words keep an address out', () => {
  expect(finds(`${words} ada@example.org`, 'ada@example.org')).toBe(true)
})

test('what is longer than any identifier is none, and takes no place', () => {
  expect(textsOf('a'.repeat(2000)).size).toBe(0)
  expect(textsOf(JSON.stringify('a b '.repeat(500))).size).toBeLessThan(5)
})

test('of what unpacks to more than a record only the beginning is looked at, and it is said', () => {
  const value = Buffer.alloc(5 * 1024 * 1024, 'user-17 ')
  value.write('user-18', value.length - 8)
  const found = candidatesIn({ value, headers: {} })
  expect(found.texts.has('user-17')).toBe(true)
  expect(found.texts.has('user-18')).toBe(false)
  expect(found.complete).toBe(false)
})

describe('a megabyte takes well under a second, whatever is in it', () => {
  const bytes = 1024 * 1024
  const filled = (text: string): Buffer => Buffer.alloc(bytes, text)
  const nested = (open: string, close: string): Buffer => {
    const depth = Math.floor(bytes / (open.length + close.length))
    return Buffer.from(open.repeat(depth) + close.repeat(depth))
  }
  test.each([
    ['a', filled('a')],
    ['quotes', filled('"')],
    ['quotes behind backslashes', filled('\\"')],
    ['quotes that nothing closes', filled('"a')],
    ['backslashes in quotes', Buffer.concat([filled('\\'), Buffer.from('"')])],
    ['at signs', filled('@')],
    ['at signs between colons', filled('a@a:')],
    ['brackets', filled('<a@')],
    ['percents', filled('%')],
    ['encoded letters', filled('%41')],
    ['encoded at signs', filled('%40a')],
    ['words', filled('ab ')],
    ['random bytes', randomBytes(bytes)],
    ['lengths of one letter', filled('\u0002a')],
    ['lengths behind lengths', filled('\u001e~')],
    [
      'long lengths',
      Buffer.concat(
        Array.from({ length: bytes / 512 }, () => Buffer.alloc(512, 0xfe).fill(0x0f, 1, 2)),
      ),
    ],
    ['lists in lists', nested('[', ']')],
    ['objects in objects', nested('{"a":{"b":[', ']}}')],
    ['one long list', Buffer.from(JSON.stringify(Array.from({ length: 1e5 }, (_, n) => n)))],
  ])('%s', async (_, value) => {
    // A tenth of it, as a rule; what grows by the square takes minutes.
    expect(await cpuMs(() => candidatesIn({ value, headers: {} }))).toBeLessThan(3000)
  })
})
