import type { SourceMap } from '#runtime/definition/map-schema.ts'
import { blankRecords, csvRecords } from './csv-record.ts'
import { openText } from './open-text.ts'
import { readRecords, type TextRecord } from './read-records.ts'

/** One row of the file by column name, or why it is none. `line`: where it ends, from 1. `bytes`: of the file read so far. */
export interface FileRow {
  readonly line: number
  readonly bytes: number
  readonly fields: Readonly<Record<string, string>> | null
  readonly problem: string
}

export interface ReadOptions {
  /** As WHATWG names it; null: UTF-8 or, by its mark, UTF-16, and a row with other bytes is none. */
  readonly encoding: string | null
  /** Called once with the names of the columns, before the first row. */
  readonly columns: (names: readonly string[]) => void
}

const utf8: ReadOptions = { encoding: null, columns: () => undefined }

/** The rows of a file, a few at a time in memory whatever its size. */
export async function* readRows(
  file: string,
  shape: Pick<SourceMap, 'delimiter' | 'columns'>,
  { encoding, columns }: ReadOptions = utf8,
): AsyncGenerator<FileRow> {
  const { delimiter = ',' } = shape
  const text = await openText(file, encoding)
  const find = delimiter === 'whitespace' ? blankRecords : csvRecords(delimiter)
  let names: readonly string[] | undefined = shape.columns
  if (names !== undefined) columns(names)
  for await (const record of readRecords(text.pieces, find)) {
    if (names === undefined) {
      names = record.cells ?? []
      columns(names)
    } else yield rowOf(record, names, text.bytes(), encoding === null)
  }
  if (names === undefined) columns([])
}

/** What stands in a text for bytes that its encoding does not know. */
const replacement = '\uFFFD'

function rowOf(
  { cells, line, lines, problem }: TextRecord,
  names: readonly string[],
  bytes: number,
  /** Nobody has said what encoding it is. */
  isGuessed: boolean,
): FileRow {
  if (cells === null) return { line, bytes, fields: null, problem }
  if (cells.length !== names.length)
    return {
      line,
      bytes,
      fields: Object.fromEntries(cells.map((cell, place) => [names[place] ?? String(place), cell])),
      problem: `${cells.length} columns, ${names.length} are named${lines > 1 ? `; it begins in line ${line - lines + 1}` : ''}`,
    }
  return {
    line,
    bytes,
    fields: Object.fromEntries(names.map((name, place) => [name, cells[place] ?? ''])),
    problem:
      isGuessed && cells.some((cell) => cell.includes(replacement))
        ? 'it holds bytes that are no UTF-8'
        : '',
  }
}
