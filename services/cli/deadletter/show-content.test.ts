import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contentOf } from './show-content.ts'

const of = (text: string): { readonly kind: string; readonly text: string } =>
  contentOf(Buffer.from(text))

it('shows JSON indented, with every digit and every key that was written', () => {
  expect(of('{"id":12345678901234567890,"id":1.0,"a":[],"b":{},"c":["x, {y}",null]}')).toEqual({
    kind: 'json',
    text: `{
  "id": 12345678901234567890,
  "id": 1.0,
  "a": [],
  "b": {},
  "c": [
    "x, {y}",
    null
  ]
}`,
  })
})

it('says the same in other lines', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const shown = contentOf(Buffer.from(json))
      expect(shown.kind).toBe('json')
      expect(JSON.parse(shown.text)).toEqual(JSON.parse(json))
    }),
  )
})

it('shows a text of millions of escapes, and lists in lists', () => {
  const escapes = `"${String.raw`\n`.repeat(4_000_000)}"`
  expect(of(escapes).text).toBe(escapes)
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
  expect(of(deep).text.replaceAll(/\s/g, '')).toBe(deep)
})

it('shows other text as it is, and bytes as a dump', () => {
  expect(of('{"cut')).toEqual({ kind: 'text', text: '{"cut' })
  expect(contentOf(Buffer.from([0, 0, 0, 0, 7, 0x41]))).toEqual({
    kind: 'bytes',
    text: '00000000  00 00 00 00 07 41                                .....A',
  })
  expect(contentOf(Buffer.from([0xff, 0xfe])).kind).toBe('bytes')
})
