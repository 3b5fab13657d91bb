import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { csvRecords } from './csv-record.ts'
import { readRecords, type TextRecord } from './read-records.ts'
import { type FileRow, readRows } from './read-rows.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tributary-rows-'))
  file = join(directory, 'rows')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = []
  for await (const item of items) out.push(item)
  return out
}

async function rowsOf(
  content: string | Uint8Array,
  encoding: string | null = null,
): Promise<FileRow[]> {
  writeFileSync(file, content)
  return all(readRows(file, {}, { encoding, columns: () => undefined }))
}

const good = (rows: readonly FileRow[]): readonly unknown[] =>
  rows.filter(({ problem }) => problem === '').map(({ fields }) => fields?.['a'])
const bad = (rows: readonly FileRow[]): readonly unknown[] =>
  rows.filter(({ problem }) => problem !== '').map(({ line, problem }) => [line, problem])

it('goes on behind a row that is longer than memory is given for, which costs itself alone', async () => {
  const rows = await rowsOf(`a,b\n1,1\n2,${'x'.repeat(3_000_000)}\n3,3\n4,4\n`)
  expect(good(rows)).toEqual(['1', '3', '4'])
  expect(bad(rows)).toEqual([[3, 'the row is longer than 1048576 characters']])
})

it('loses no row behind a quote that nobody closed: however many follow, and whatever quotes are in them', async () => {
  const many = Array.from({ length: 100_000 }, (_, n) => `${n},some text of a row`)
  const rows = await rowsOf(['a,b', '"7 inch,x', ...many].join('\n'))
  expect(good(rows)).toHaveLength(100_000)
  expect(bad(rows)).toEqual([[2, 'a quote opens a text that is not closed']])
  const quoted = await rowsOf('a,b\n"7 inch,x\n"2","y"\n3,"z"\n')
  expect(good(quoted)).toEqual(['2', '3'])
  expect(bad(quoted)).toEqual([[2, 'a quote opens a text that is not closed']])
})

it('says of a row over several lines that does not fit where it begins', async () => {
  const rows = await rowsOf('a,b\n1,"two\nlines",3\n4,5\n')
  expect(bad(rows)).toEqual([[3, '3 columns, 2 are named; it begins in line 2']])
  expect(good(rows)).toEqual(['4'])
})

it('takes every line break that there is, and a mark of bytes at the beginning', async () => {
  for (const lineBreak of ['\n', '\r\n', '\r']) {
    const rows = await rowsOf(['\uFEFFa,b', '1,2', '', '3,"4"'].join(lineBreak))
    expect(good(rows)).toEqual(['1', '3'])
    expect(rows.map(({ line }) => line)).toEqual([2, 4])
  }
})

it('refuses a row of other bytes than UTF-8, and reads it when the encoding is said', async () => {
  const bytes = Buffer.concat([
    Buffer.from('a,b\n1,x\nK'),
    Buffer.of(0xf6),
    Buffer.from('ln,'),
    Buffer.of(0x80),
  ])
  const guessed = await rowsOf(bytes)
  expect(good(guessed)).toEqual(['1'])
  expect(bad(guessed)).toEqual([[3, 'it holds bytes that are no UTF-8']])
  const said = await rowsOf(bytes, 'windows-1252')
  expect(said.at(-1)?.fields).toEqual({ a: 'Köln', b: '€' })
})

it('knows UTF-16 by its mark', async () => {
  expect(good(await rowsOf(Buffer.from('\uFEFFa,b\nKöln,1\n', 'utf16le')))).toEqual(['Köln'])
})

it('unpacks what is packed by gzip, and says when that ends too early', async () => {
  const packed = gzipSync('a,b\n1,2\n')
  expect(good(await rowsOf(packed))).toEqual(['1'])
  await expect(rowsOf(packed.subarray(0, -9))).rejects.toThrow('is damaged')
})

it('takes no workbook for a table', async () => {
  await expect(rowsOf('PK\u0003\u0004\u0014')).rejects.toThrow('is an archive')
})

async function* inPieces(text: string, cuts: readonly number[]): AsyncGenerator<string> {
  let at = 0
  for (const length of cuts) {
    yield await Promise.resolve(text.slice(at, at + length))
    at += length
  }
  yield text.slice(at)
}

const records = async (text: string, cuts: readonly number[]): Promise<readonly TextRecord[]> =>
  all(readRecords(inPieces(text, cuts), csvRecords(','), 40))

const written = (text: string): string => `"${text.replaceAll('"', '""')}"`
const cuts = fc.array(fc.nat(9))

it('gives back what was written by RFC 4180, wherever the file is cut into pieces', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' '), maxLength: 6 })
  const rows = fc.array(fc.tuple(cell, cell), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(rows, cuts, async (cells, at) => {
      const text = cells.map((row) => row.map(written).join(',')).join('\r\n')
      expect((await records(text, at)).map((record) => record.cells)).toEqual(cells)
    }),
  )
})

it('reads anything the same way wherever it is cut, and ends', async () => {
  const anything = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r'), maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(anything, cuts, async (text, at) => {
      const whole = await records(text, [])
      expect(await records(text, at)).toEqual(whole)
      const lines = whole.map(({ line }) => line)
      expect(lines).toEqual([...new Set(lines)].toSorted((one, other) => one - other))
    }),
  )
})
