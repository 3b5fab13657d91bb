import { type Fields, isFields, isSafeName, own, ownFields } from '#runtime/channel/core/fields.ts'
import { earliestMs, latestMs, toIso } from '#runtime/time/iso.ts'
import type { Change } from './debezium-change.ts'
import { parseJsonText } from './json-text.ts'
import { type ReadCell, columnReaders } from './debezium-logical.ts'

/** What stands for a large column that did not change and so is not in the log: as text, and as the bytes of that text. */
const unavailable: ReadonlySet<unknown> = new Set([
  '__debezium_unavailable_value',
  'X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==',
])

const depthMax = 16
/** MongoDB's document limit is 16 MB, a record's here 1 MiB: no text is parsed that could not be a record's. */
export const textMax = 2 ** 21

function dateText(value: unknown): unknown {
  const inner = isFields(value) ? own(value, '$numberLong') : value
  const ms = typeof inner === 'string' && /^-?\d{1,16}$/.test(inner) ? Number(inner) : inner
  if (typeof ms !== 'number') return ms
  return ms >= earliestMs && ms <= latestMs ? toIso(ms) : undefined
}

/** A number where that is exact, else the digits as they stand. */
function numberOrText(value: unknown): unknown {
  const number = Number(value)
  return typeof value === 'string' && Number.isFinite(number) && String(number) === value
    ? number
    : value
}

/** MongoDB's types in extended JSON (v1, v2 canonical and relaxed); what is no scalar at heart (binary data, timestamps) is left out. */
function extended(fields: Fields, type: string): unknown {
  const value = own(fields, type)
  switch (type) {
    case '$oid':
    case '$numberDecimal':
    case '$symbol':
    case '$uuid':
      return value
    case '$numberInt':
    case '$numberLong':
    case '$numberDouble':
      return numberOrText(value)
    case '$date':
      return dateText(value)
    default:
      return undefined
  }
}

function plainDocument(value: unknown, depth: number): unknown {
  if (depth > depthMax) return undefined
  if (Array.isArray(value))
    return (value as unknown[]).map((entry) => plainDocument(entry, depth + 1))
  if (!isFields(value)) return value
  const names = Object.keys(value)
  const [first] = names
  if (depth > 0 && first?.startsWith('$') === true) return extended(value, first)
  const out: Record<string, unknown> = {}
  for (const name of names) {
    if (!isSafeName(name)) continue
    const plain = plainDocument(value[name], depth + 1)
    if (plain !== undefined) out[name] = plain
  }
  return out
}

/** A document of MongoDB: JSON as text. undefined: none. */
function documentOf(text: string): Fields | undefined {
  const plain = plainDocument(parseJsonText(text, textMax), 0)
  return isFields(plain) ? plain : undefined
}

/** Cassandra's cells say beside their value whether and when they were set. */
const cellOf = (value: unknown): unknown =>
  isFields(value) && Object.hasOwn(value, 'deletion_ts') && Object.hasOwn(value, 'set')
    ? own(value, 'value')
    : value

const isMetadata = (name: string): boolean => name.startsWith('__')

function columnsOf(
  row: Fields,
  readers: ReadonlyMap<string, ReadCell>,
  flat: boolean,
): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(row)) {
    if (!isSafeName(name) || (flat && isMetadata(name))) continue
    const cell = cellOf(row[name])
    if (unavailable.has(cell)) continue
    const read = readers.get(name)
    out[name] = read === undefined ? cell : read(cell)
  }
  return out
}

/**
 * The row that a change is about, by column: after it, or before it when it deletes. Of an update whose connector tells only what it
 * changed (MongoDB), that. Columns whose value the log does not have are left out, as if unsaid.
 */
export function rowOf(change: Change): Fields {
  const deleted = change.op === 'd'
  const part = deleted ? 'before' : 'after'
  // Cassandra tells the key of a deleted row as the row after.
  const value = deleted ? (change.before ?? change.after) : change.after
  if (typeof value === 'string') return documentOf(value) ?? {}
  if (isFields(value))
    return columnsOf(value, columnReaders(change.schema, change.flat ? 'flat' : part), change.flat)
  const updated = change.updated && own(change.updated, 'updatedFields')
  if (typeof updated === 'string') return documentOf(updated) ?? {}
  return (change.updated && ownFields(change.updated, 'updatedFields')) ?? {}
}
