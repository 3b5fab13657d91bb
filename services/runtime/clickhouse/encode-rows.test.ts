import { expect, test } from 'vitest'
import { encodeRows } from './encode-rows.ts'

test('rows with the same columns become lists, one a line', () => {
  expect(
    encodeRows([
      { a: 1, b: 'x' },
      { a: 2, b: null },
    ]),
  ).toMatchObject({
    format: 'JSONCompactEachRow',
    columns: ['a', 'b'],
    rows: 2,
    body: Buffer.from('[1,"x"]\n[2,null]\n'),
  })
})

test('rows that differ in columns or their order name each value themselves', () => {
  for (const rows of [
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
  ]) {
    expect(encodeRows(rows)).toMatchObject({ format: 'JSONEachRow', columns: null, shape: '' })
  }
})

test('a column that is undefined takes its default instead of shifting the others', () => {
  const { format, body } = encodeRows([{ a: 1, b: undefined, c: 3 }])
  expect({ format, text: String(body) }).toEqual({
    format: 'JSONEachRow',
    text: '{"a":1,"c":3}\n',
  })
})

test('lines longer than all before them, of any characters, are whole, and stay as they are when others follow', () => {
  const text = '\u{1F600}é'.repeat(50_000)
  const first = encodeRows([{ a: 1 }, { a: text }, { a: '\uD800' }])
  encodeRows([{ a: 'x'.repeat(300_000) }])
  expect(String(first.body)).toBe(`[1]\n["${text}"]\n["\\ud800"]\n`)
})

test('the size counts bytes, not characters', () => {
  expect(encodeRows([{ a: 'ä' }]).bytes).toBe(Buffer.byteLength('["ä"]\n'))
})
