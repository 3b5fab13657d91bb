import { ByteWriter, rowWriter } from './byte-writer.ts'
import { parseType } from './parse-type.ts'
import { writerOf, type WriteValue } from './write-value.ts'

/** Types of a table's columns as `system.columns` writes them, by name. */
export type ColumnTypes = ReadonlyMap<string, string>

export interface BinaryRows {
  /** What stands before the rows of an insert, once: names and types, by which the server knows whether the table is still like this. */
  readonly head: Buffer
  readonly body: Buffer
}

interface Column {
  readonly type: string
  readonly write: WriteValue
}

/** By the very object that says the types: a sink learns them anew when the table has changed. */
const compiled = new WeakMap<ColumnTypes, Map<string, Column | null>>()

/**
 * Rows as RowBinaryWithNamesAndTypes takes them. null: a column is not in the table or of a type that is not known here, a value is none
 * of its column's type, or rows differ in their columns. Then JSON says it, and the server judges.
 */
export function encodeBinary(
  rows: readonly object[],
  names: readonly string[],
  types: ColumnTypes,
): BinaryRows | null {
  const columns = columnsOf(names, types)
  if (columns === null) return null
  rowWriter.reset()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a row is an object with columns
  for (const row of rows as readonly Readonly<Record<string, unknown>>[])
    if (!writeRow(row, names, columns)) return null
  return { body: rowWriter.taken(), head: headOf(names, columns) }
}

function writeRow(
  row: Readonly<Record<string, unknown>>,
  names: readonly string[],
  columns: readonly Column[],
): boolean {
  let at = 0
  for (const name in row) {
    const column = columns[at]
    if (column === undefined || name !== names[at]) return false
    if (!column.write(rowWriter, row[name])) return false
    at += 1
  }
  return at === columns.length
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
  const write = parsed === null ? null : writerOf(parsed)
  return type === undefined || write === null ? null : { type, write }
}

function headOf(names: readonly string[], columns: readonly Column[]): Buffer {
  const head = new ByteWriter(4096)
  head.varint(names.length)
  for (const name of names) head.text(name)
  for (const { type } of columns) head.text(type)
  return head.taken()
}
