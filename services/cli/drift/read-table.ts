import { createReadStream } from 'node:fs'
import { CsvError, parse } from 'csv-parse'
import { asError, TributaryError } from '#runtime/errors/index.ts'

/** A CSV file by column. */
export interface Table {
  readonly file: string
  /** Cells as they stand in the file; null: empty. */
  readonly columns: ReadonlyMap<string, readonly (string | null)[]>
  readonly rows: number
}

/** All of it is held in memory. */
export const tableRowsMax = 10_000_000

/** @throws TributaryError TRB_USAGE: the file cannot be read, or is no table. */
export async function readTable(file: string, rowsMax = tableRowsMax): Promise<Table> {
  const refuse = (why: string, cause?: Error): TributaryError =>
    new TributaryError('TRB_USAGE', `${file}: ${why}`, {
      hint: 'Give a CSV file whose first row names the columns.',
      ...(cause === undefined ? {} : { cause }),
    })
  const columns: [name: string, cells: (string | null)[]][] = []
  let rows = -1
  try {
    const parser = parse({ bom: true })
    const stream = createReadStream(file).on('error', (error) => parser.destroy(error))
    for await (const record of stream.pipe(parser)) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what csv-parse gives without `columns`
      const cells = record as readonly string[]
      rows += 1
      if (rows === 0) for (const name of cells) columns.push([name, []])
      else for (const [place, [, column]] of columns.entries()) column.push(cellOf(cells[place]))
      if (rows > rowsMax) throw refuse(`more than ${rowsMax} rows`)
    }
  } catch (error) {
    if (error instanceof TributaryError) throw error
    const cause = asError(error)
    // The message of csv-parse quotes the row.
    throw refuse(
      error instanceof CsvError
        ? `line ${lineOf(error)} is no row of this table (${error.code})`
        : cause.message,
      cause,
    )
  }
  if (rows < 0) throw refuse('it is empty')
  const named = new Map(columns)
  if (named.size < columns.length) throw refuse('two columns have one name')
  return { file, columns: named, rows }
}

const cellOf = (cell: string | undefined): string | null =>
  cell === undefined || cell.trim() === '' ? null : cell

/** csv-parse reads ahead of what it hands out, and says itself where it was. */
const lineOf = (error: CsvError): string =>
  typeof error['lines'] === 'number' ? String(error['lines']) : '?'
