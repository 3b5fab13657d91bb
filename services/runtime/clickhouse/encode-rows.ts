import { rowWriter } from './native/byte-writer.ts'
import { type ColumnTypes, encodeBlock } from './native/encode-block.ts'

/** Rows of one caller, encoded: what a lane batches and sends, however often it tries. */
export interface EncodedRows {
  readonly format: 'Native' | 'JSONCompactEachRow' | 'JSONEachRow'
  /** Names in the order of the values; null when each row names its own. */
  readonly columns: readonly string[] | null
  /** Equal exactly for rows that may share an insert. */
  readonly shape: string
  readonly rows: number
  readonly bytes: number
  /** Types that a block was written by; null: text, which says nothing of types. */
  readonly types: ColumnTypes | null
  readonly body: Buffer
}

const lineFeed = 10

/**
 * Encodes rows for a table: as a block of its columns when their types are known and every value is of its column's, which spares both sides
 * text; else as arrays when all have the columns of the first, and as objects when they differ.
 */
export function encodeRows(rows: readonly object[], types?: ColumnTypes): EncodedRows {
  const [first] = rows
  const columns = first === undefined ? [] : Object.keys(first)
  const block = types === undefined ? null : encodeBlock(rows, columns, types)
  if (block !== null && types !== undefined)
    return {
      format: 'Native',
      columns,
      shape: `block\n${columns.join('\n')}`,
      rows: rows.length,
      bytes: block.length,
      types,
      body: block,
    }
  const compact = compactLines(rows, columns)
  const body = compact ?? Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return {
    format: compact === null ? 'JSONEachRow' : 'JSONCompactEachRow',
    columns: compact === null ? null : columns,
    shape: compact === null ? '' : columns.join('\n'),
    rows: rows.length,
    bytes: body.length,
    types: null,
    body,
  }
}

export type EncodeRows = (rows: readonly object[], types?: ColumnTypes) => EncodedRows

/** An encoder that does the same list once: a flush gives its profile rows to two tables. For one flush, since lists may be reused. */
export function createRowEncoder(): EncodeRows {
  const known = new Map<readonly object[], EncodedRows>()
  return (rows, types) => {
    const before = known.get(rows)
    if (before !== undefined && isFor(before, types)) return before
    const encoded = encodeRows(rows, types)
    known.set(rows, encoded)
    return encoded
  }
}

/** Whether rows encoded for one table are what another takes: text says nothing of types, and binary says them all. */
function isFor({ columns, types: written }: EncodedRows, types: ColumnTypes | undefined): boolean {
  if (written === null) return types === undefined
  if (types === undefined || columns === null) return false
  return types === written || columns.every((name) => types.get(name) === written.get(name))
}

/** One array for all rows, bytes as soon as a row is text, and `for … in`, which reads a shape's cached names: no list of names and values is made per row. */
function compactLines(rows: readonly object[], columns: readonly string[]): Buffer | null {
  rowWriter.reset()
  const values: unknown[] = Array.from({ length: columns.length })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a row is an object with columns
  for (const row of rows as readonly Readonly<Record<string, unknown>>[]) {
    let at = 0
    for (const name in row) {
      // A column that is undefined is not in the row at all.
      if (name !== columns[at] || row[name] === undefined) return null
      values[at++] = row[name]
    }
    if (at !== columns.length) return null
    rowWriter.bareText(JSON.stringify(values))
    rowWriter.byte(lineFeed)
  }
  return rowWriter.taken()
}
