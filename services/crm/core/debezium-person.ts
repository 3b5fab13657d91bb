import { type Fields, idText, isRejection, isScalar, own } from '#runtime/channel/core/fields.ts'
import type { RawIdentifier, Rejection } from '#runtime/channel/core/outcome.ts'

/** `customer_id`, `CUSTOMER_ID` and `customerId` are one name. */
const fold = (name: string): string => name.replaceAll(/[_\- ]/g, '').toLowerCase()

/** Columns that name a person in most schemas, beside those that are called like a type of the policy itself. */
const synonyms: Readonly<Record<string, string>> = {
  email_address: 'email',
  e_mail: 'email',
  phone_number: 'phone',
  mobile: 'phone',
  mobile_phone: 'phone',
  customer_id: 'crm_id',
  contact_id: 'crm_id',
}

/** Names of columns as they are written that are remembered: they are few and come with each row. */
const columnsMax = 5000

interface TypeOfColumn {
  get(column: string): string | undefined
}

const tables = new WeakMap<ReadonlySet<string>, TypeOfColumn>()

function typesByColumn(types: ReadonlySet<string>): TypeOfColumn {
  const known = tables.get(types)
  if (known !== undefined) return known
  const out = new Map<string, string>()
  for (const [column, type] of Object.entries(synonyms))
    if (types.has(type)) out.set(fold(column), type)
  for (const type of types) out.set(fold(type), type)
  const asWritten = new Map<string, string | undefined>()
  const byColumn: TypeOfColumn = {
    get(column) {
      if (asWritten.has(column)) return asWritten.get(column)
      if (asWritten.size >= columnsMax) asWritten.clear()
      const type = out.get(fold(column))
      asWritten.set(column, type)
      return type
    },
  }
  tables.set(types, byColumn)
  return byColumn
}

/** The key of a table of customers is what other tables call `customer_id`. */
const keyName = (table: string): string => `${table.replace(/s$/i, '')}_id`

const isKey = (column: string): boolean => /^_?id$/i.test(column)

interface RowPerson {
  readonly identifiers: readonly RawIdentifier[]
  /** Columns that are identifiers, and so no traits. */
  readonly columns: ReadonlySet<string>
}

/**
 * Whom a row names, when no map says so: by columns that are called like a type of the identity policy, or like one of the synonyms
 * above; `id` of the table `customers` counts as `customer_id`, of `users` as `user_id`.
 */
export function personOfRow(
  row: Fields,
  table: string,
  types: ReadonlySet<string>,
): RowPerson | Rejection {
  const byColumn = typesByColumn(types)
  const identifiers: RawIdentifier[] = []
  const columns = new Set<string>()
  let key: RawIdentifier | undefined
  for (const column of Object.keys(row)) {
    const ofKey = isKey(column)
    const type = byColumn.get(ofKey ? keyName(table) : column)
    if (type === undefined) continue
    const value = own(row, column)
    if (!isScalar(value) && typeof value !== 'bigint') continue
    const text = idText(value, column)
    if (isRejection(text)) return text
    columns.add(column)
    if (text === undefined) continue
    if (ofKey) key = { type, value: text }
    else identifiers.push({ type, value: text })
  }
  // A table that has the company's own number beside its key is known by that.
  const named = key?.type
  if (key !== undefined && !identifiers.some(({ type }) => type === named)) identifiers.unshift(key)
  return { identifiers, columns }
}
