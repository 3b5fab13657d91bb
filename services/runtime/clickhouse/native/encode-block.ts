import { rowWriter } from './byte-writer.ts'
import { parseType } from './parse-type.ts'
import { columnOf, type WriteColumn, writtenType } from './write-column.ts'

/** Types of a table's columns as `system.columns` writes them, by name. */
export type ColumnTypes = ReadonlyMap<string, string>

interface Column {
  readonly name: string
  readonly type: string
  readonly write: WriteColumn
}

/** By the very object that says the types: a sink learns them anew when the table has changed. */
const compiled = new WeakMap<ColumnTypes, Map<string, Column | null>>()

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
  const gathered = gather(rows, names)
  if (gathered === null) return null
  rowWriter.reset()
  rowWriter.varint(columns.length)
  rowWriter.varint(rows.length)
  let at = 0
  for (const { name, type, write } of columns) {
    rowWriter.text(name)
    rowWriter.text(type)
    if (!write(rowWriter, gathered[at++] ?? [])) return null
  }
  return rowWriter.taken()
}

/**
 * The values of each column, row by row with `for … in`, which reads a shape's cached names; null: rows have other columns than the first. Lists that
 * grow: to fill one of a known length with `Array.from` beforehand costs as much as all the rest of this.
 */
function gather(rows: readonly object[], names: readonly string[]): readonly unknown[][] | null {
  const gathered = names.map((): unknown[] => [])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a row is an object with columns
  for (const row of rows as readonly Readonly<Record<string, unknown>>[]) {
    let at = 0
    for (const name in row) {
      const values = gathered[at]
      if (values === undefined || name !== names[at]) return null
      values.push(row[name])
      at += 1
    }
    if (at !== names.length) return null
  }
  return gathered
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
      column = compile(name, types.get(name))
      known.set(name, column)
    }
    if (column === null) return null
    columns.push(column)
  }
  return columns
}

function compile(name: string, type: string | undefined): Column | null {
  const parsed = type === undefined ? null : parseType(type)
  const write = parsed === null ? null : columnOf(parsed)
  return type === undefined || write === null ? null : { name, type: writtenType(type), write }
}
