import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packr, uuidOf, writeUuid, writeValue, written } from './write-message-pack.ts'

const bytesOf = (value: unknown): Buffer => Buffer.from(written(() => writeValue(value)))
const asPackr = (value: unknown): Buffer => Buffer.from(packr.pack(value))

const number = fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger(), fc.nat(300))
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 300 }))
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    number,
    text,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(text, tie('value'), { noNullPrototype: true }),
  ),
}))

it('gives the bytes of the general packer for every value', () => {
  fc.assert(
    fc.property(value, (each) => {
      expect(bytesOf(each)).toEqual(asPackr(each))
    }),
  )
})

it.each([
  ['-0', -0],
  ['what is no number', Number.NaN],
  ['a text of 63 bytes', 'x'.repeat(63)],
  ['a text of 64 bytes', 'x'.repeat(64)],
  ['a text of 31 bytes', 'x'.repeat(31)],
  ['a text of 32 bytes', 'x'.repeat(32)],
  ['a text of 16 characters that takes 32 bytes', 'é'.repeat(16)],
  ['a text of 70,000 bytes', 'x'.repeat(70_000)],
  ['half a character', '\u{D800}'],
  ['a list of 16', Array.from({ length: 16 }, () => 1)],
  ['a list of 70,000', Array.from({ length: 70_000 }, () => 1)],
  ['what no state has', [new Map([['a', 1]]), undefined, 7n]],
])('so for %s', (_name, each) => {
  expect(bytesOf(each)).toEqual(asPackr(each))
})

it('leaves what it gave before as it was, over many slabs, and after a value that failed', () => {
  const values = Array.from({ length: 200 }, (_, n) => ['a text', n, 'y'.repeat(n * 100)])
  const given = values.map((each) => {
    expect(() =>
      written(() => {
        writeValue(each)
        throw new Error('on the way')
      }),
    ).toThrow('on the way')
    return written(() => writeValue(each))
  })
  expect(given.map((bytes) => Buffer.from(bytes))).toEqual(values.map(asPackr))
})

it('a UUID is sixteen bytes, and read again', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      const bytes: unknown = packr.unpack(written(() => writeUuid(uuid)))
      expect(bytes).toBeInstanceOf(Uint8Array)
      expect(bytes instanceof Uint8Array && uuidOf(bytes)).toBe(uuid)
    }),
  )
})

const uuid = '0189a3b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b'
it.each([
  ['in capitals', uuid.toUpperCase()],
  ['with a character too many', `${uuid}0`],
  ['with one too few', uuid.slice(0, -1)],
  ['without dashes', uuid.replaceAll('-', '')],
  ['with a dash elsewhere', uuid.replace('b4-5c', 'b-45c')],
  ['with another letter', uuid.replace('f', 'g')],
  ['of nothing', ''],
  ['of other characters', 'é'.repeat(36)],
])('a text that is no UUID stays as it is: %s', (_what, other) => {
  expect(packr.unpack(written(() => writeUuid(other)))).toBe(other)
})
