import { TributaryError } from '#runtime/errors/index.ts'
import type { Column } from '../../drift/core/compare/compare.ts'
import { categoricalSample, numericSample } from '../../drift/core/compare/sample.ts'
import type { Table } from './read-table.ts'

export type ColumnType = Column['reference']['kind']

type Cells = readonly (string | null)[]

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const infinity = /^([+-]?)inf(?:inity)?$/i

/** What statistics programs write. undefined: no number. null: not a number, as they say. */
function numberOf(cell: string): number | null | undefined {
  const text = cell.trim()
  if (number.test(text)) return Number(text)
  const infinite = infinity.exec(text)
  if (infinite !== null)
    return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return text.toLowerCase() === 'nan' ? null : undefined
}

const isNumeric = (cells: Cells): boolean =>
  cells.every((cell) => cell === null || numberOf(cell) !== undefined)

/** Pairs of columns that both tables have, in the reference's order. A column without any cell that is no number is numeric, unless `types` says otherwise. */
export function columnsOf(
  reference: Table,
  current: Table,
  types: ReadonlyMap<string, ColumnType>,
): readonly Column[] {
  for (const name of types.keys())
    if (!reference.columns.has(name) || !current.columns.has(name))
      throw new TributaryError(
        'TRB_USAGE',
        `--type names ${name}, which is no column of both files`,
      )
  return [...reference.columns].flatMap(([name, cells]) => {
    const others = current.columns.get(name)
    if (others === undefined) return []
    const type =
      types.get(name) ?? (isNumeric(cells) && isNumeric(others) ? 'numeric' : 'categorical')
    const sampleOf = (from: Table, own: Cells) =>
      type === 'numeric'
        ? numericSample(own.map((cell, row) => numeric(from.file, name, row, cell)))
        : categoricalSample(own)
    return [{ name, reference: sampleOf(reference, cells), current: sampleOf(current, others) }]
  })
}

function numeric(file: string, name: string, row: number, cell: string | null): number | null {
  if (cell === null) return null
  const value = numberOf(cell)
  if (value !== undefined) return value
  throw new TributaryError(
    'TRB_USAGE',
    `${file}: row ${row + 2} of column ${name} is no number, and --type calls it numeric`,
  )
}
