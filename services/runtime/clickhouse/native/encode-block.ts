import { rowWriter } from './byte-writer.ts'
import { parseType } from './parse-type.ts'
import { columnOf, type WriteColumn, writtenType } from './write-column.ts'

/** Types of a table's columns as `system.columns` writes them, by name. */
export type ColumnTypes = ReadonlyMap<string, string>

interface Column {
  readonly type: string
  readonly write: WriteColumn
}

/** By the very object that says the types: a sink learns them anew when the table has changed. */
const compiled = new WeakMap<ColumnTypes, Map<string, Column | null>>()

/** Values of each column, for one block at a time. */
const gathered: unknown[][] = []

/**
 * Rows as a block of ClickHouse's Native format, column by column, behind each its name and type: the server has no row to take apart. null: a column
 * is not in the table or of a type that is not known here, a value is none of its column's type, or rows differ in their columns. Then JSON says
 * it, and the server judges.
 */
export function encodeBlock(
  rows: readonly object[],
  names: readonly string[],
  types: ColumnTypes,
): Buffer | null {
  const columns = columnsOf(names, types)
  if (columns === null) return null
  const isWhole = gather(rows, names)
  rowWriter.reset()
  rowWriter.varint(columns.length)
  rowWriter.varint(rows.length)
  const isWritten = isWhole && columns.every((column, at) => writeColumn(column, names[at], at))
  // Nothing of the rows is to be kept.
  for (const values of gathered) values.fill(undefined)
  return isWritten ? rowWriter.taken() : null
}

function writeColumn({ type, write }: Column, name: string | undefined, at: number): boolean {
  const values = gathered[at]
  if (name === undefined || values === undefined) return false
  rowWriter.text(name)
  rowWriter.text(type)
  return write(rowWriter, values)
}

/** Row by row, with `for … in`, which reads a shape's cached names; false: rows have other columns than the first. */
function gather(rows: readonly object[], names: readonly string[]): boolean {
  while (gathered.length < names.length) gathered.push([])
  for (const values of gathered) values.length = rows.length
  let place = 0
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a row is an object with columns
  for (const row of rows as readonly Readonly<Record<string, unknown>>[]) {
    let at = 0
    for (const name in row) {
      const values = gathered[at]
      if (values === undefined || name !== names[at]) return false
      values[place] = row[name]
      at += 1
    }
    if (at !== names.length) return false
    place += 1
  }
  return true
}

function columnsOf(names: readonly string[], types: ColumnTypes): readonly Column[] | null {
  let known = compiled.get(types)
  if (known === undefined) {
    known = new Map()
    compiled.set(types, known)
  }
  const columns: Column[] = []
  for (const name of names) {
    let column = known.get(name)
    if (column === undefined) {
      column = compile(types.get(name))
      known.set(name, column)
    }
    if (column === null) return null
    columns.push(column)
  }
  return columns
}

function compile(type: string | undefined): Column | null {
  const parsed = type === undefined ? null : parseType(type)
  const write = parsed === null ? null : columnOf(parsed)
  return type === undefined || write === null ? null : { type: writtenType(type), write }
}
