import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { CsvError, parse } from 'csv-parse'
import type { SourceMap } from '#runtime/definition/map-schema.ts'

/** One row of the file by column name, or why it is none. `line`: where it ends, from 1. `bytes`: of the file read so far. */
export interface FileRow {
  readonly line: number
  readonly bytes: number
  readonly fields: Readonly<Record<string, string>> | null
  readonly problem: string
}

type Shape = Pick<SourceMap, 'delimiter' | 'columns'>

const good = (
  line: number,
  bytes: number,
  names: readonly string[],
  cells: readonly string[],
): FileRow =>
  cells.length === names.length
    ? {
        line,
        bytes,
        fields: Object.fromEntries(names.map((name, place) => [name, cells[place] ?? ''])),
        problem: '',
      }
    : {
        line,
        bytes,
        fields: Object.fromEntries(
          cells.map((cell, place) => [names[place] ?? String(place), cell]),
        ),
        problem: `${cells.length} columns, ${names.length} are named`,
      }

/** Columns parted by runs of blanks, as statistics programs write them: no quotes, blanks at the ends mean nothing. */
async function* readBlanks(file: string, shape: Shape): AsyncGenerator<FileRow> {
  const stream = createReadStream(file)
  let names: readonly string[] | undefined = shape.columns
  let line = 0
  for await (const text of createInterface({
    input: stream,
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    line += 1
    const cells = text
      .replace(/^\uFEFF/, '')
      .trim()
      .split(/\s+/)
    if (cells.length === 1 && cells[0] === '') continue
    if (names === undefined) names = cells
    else yield good(line, stream.bytesRead, names, cells)
  }
}

/** RFC 4180 and its dialects. A row that does not parse is reported, and reading goes on behind it. */
async function* readCsv(file: string, shape: Shape): AsyncGenerator<FileRow> {
  const stream = createReadStream(file)
  const problems: FileRow[] = []
  const parser = stream.pipe(
    parse({
      bom: true,
      delimiter: shape.delimiter ?? ',',
      info: true,
      relax_column_count: true,
      // A stray quote inside of a cell is text; otherwise it would swallow the rows behind it.
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      max_record_size: 2 ** 20,
      on_skip: (error) => {
        problems.push({
          line:
            error instanceof CsvError && typeof error['lines'] === 'number' ? error['lines'] : 0,
          bytes: stream.bytesRead,
          fields: null,
          problem: error?.message ?? 'the row cannot be read',
        })
        return undefined
      },
    }),
  )
  stream.on('error', (error) => parser.destroy(error))
  let names: readonly string[] | undefined = shape.columns
  for await (const read of parser as AsyncIterable<{
    readonly record: readonly string[]
    readonly info: { readonly lines: number }
  }>) {
    yield* problems.splice(0)
    if (names === undefined) names = read.record
    else yield good(read.info.lines, stream.bytesRead, names, read.record)
  }
  yield* problems.splice(0)
}

/** The rows of a file, a few at a time in memory whatever its size. */
export const readRows = (file: string, shape: Shape): AsyncGenerator<FileRow> =>
  shape.delimiter === 'whitespace' ? readBlanks(file, shape) : readCsv(file, shape)
