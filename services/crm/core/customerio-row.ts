import {
  type Fields,
  idText,
  isRejection,
  isSafeName,
  isScalar,
  own,
  ownText,
} from '#runtime/channel/core/fields.ts'
import {
  type EventDraft,
  type RawIdentifier,
  type Rejection,
  reject,
} from '#runtime/channel/core/outcome.ts'
import type { DraftContext } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { JsonValue, Scalar } from '#runtime/event/event.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'
import { type Table, customerioTypes } from './customerio-types.ts'

/** Columns that state when a row's fact was so, the best first. */
const timesOf: Readonly<Record<Table, readonly string[]>> = {
  people: ['updated_at', 'created_at'],
  attributes: ['timestamp'],
  deliveries: ['created_at'],
  metrics: ['created_at'],
  subjects: ['created_at', 'started_campaign_at'],
  outputs: ['created_at'],
  content: ['created_at'],
}

/** Beyond these a number is of the next smaller unit: as a time of the larger one it would lie in the year 5000. */
const millisecondsFrom = 1e11
const microsecondsFrom = 1e14

interface RowTime {
  readonly at: EpochMs | null
  readonly zoneless: boolean
}

/** The exporter of the Parquet files decides how a timestamp looks in JSON: a number of any unit, or text with or without a zone. */
function rowTime(row: Fields, table: Table): RowTime | Rejection {
  const names = timesOf[table]
  const name = names.find((column) => (own(row, column) ?? '') !== '') ?? names[0] ?? ''
  const value = own(row, name)
  const number = typeof value === 'string' && /^\d{9,17}$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && number > microsecondsFrom)
    return { at: epochMs(Math.floor(number / 1000)), zoneless: false }
  if (typeof number === 'number') {
    const format = number > millisecondsFrom ? 'milliseconds' : 'seconds'
    const at = readTime(number, { format, zone: 'utc' }, name)
    return isRejection(at) ? at : { at, zoneless: false }
  }
  const at = readTime(value, { format: 'iso', zone: 'utc' }, name)
  if (isRejection(at)) return at
  return { at, zoneless: typeof value === 'string' && !/(?:z|[+-]\d\d:?\d\d)$/i.test(value.trim()) }
}

/** Columns whose values, joined, are a row's key in its table. */
const keysOf: Readonly<Record<Table, readonly string[]>> = {
  people: ['internal_customer_id', 'seq_num'],
  attributes: ['internal_customer_id', 'attribute_name', 'seq_num'],
  deliveries: ['delivery_id', 'seq_num'],
  metrics: ['event_id'],
  subjects: ['subject_name', 'internal_customer_id', 'seq_num'],
  outputs: ['output_id', 'seq_num'],
  content: ['delivery_id', 'seq_num'],
}

/** A row that comes again unchanged has the same key, a changed one another number of its sequence. null: a part is missing. */
function rowId(row: Fields, table: Table): string | null | Rejection {
  const parts: string[] = [table]
  for (const name of keysOf[table]) {
    const part = idText(own(row, name), name)
    if (isRejection(part)) return part
    if (part === undefined) return null
    parts.push(part)
  }
  return parts.join('/')
}

function rowPerson(row: Fields, types: ReadonlySet<string>): readonly RawIdentifier[] | Rejection {
  const out: RawIdentifier[] = []
  const add = (type: string, column: string): Rejection | null => {
    const value = idText(own(row, column), column)
    if (isRejection(value)) return value
    if (value !== undefined) out.push({ type, value })
    return null
  }
  const failure =
    add('user_id', 'customer_id') ??
    (types.has('cio_id') ? add('cio_id', 'internal_customer_id') : null) ??
    add('email', 'email_addr')
  if (failure) return failure
  const attribute = ownText(row, 'attribute_name')
  const type = attribute === 'id' ? 'user_id' : attribute
  if (type === 'user_id' || type === 'email' || type === 'phone')
    return add(type, 'attribute_value') ?? out
  return out
}

/** Attributes that name the person, and so are no traits. */
const identifierAttributes: ReadonlySet<string> = new Set(['id', 'email', 'phone', 'cio_id'])

function rowTraits(row: Fields, table: Table): Readonly<Record<string, Scalar>> {
  const name = ownText(row, 'attribute_name')
  const value = own(row, 'attribute_value')
  if (table === 'attributes')
    return name !== undefined &&
      !identifierAttributes.has(name) &&
      isSafeName(name) &&
      isScalar(value)
      ? { [name]: value }
      : {}
  const suppressed = table === 'people' ? own(row, 'suppressed') : undefined
  return typeof suppressed === 'boolean' ? { suppressed } : {}
}

/** Columns that are the person, the time, or the text of a message: what a company wrote to one person is no fact for others to read. */
const leftOut: ReadonlySet<string> = new Set([
  'customer_id',
  'email_addr',
  'attribute_value',
  'recipient',
  'body',
  'body_amp',
  'body_plain',
  'headers',
  'seq_num',
])

/**
 * A row of the tables that Customer.io exports to storage (`Data out`: Deliveries, Metrics, Subjects, Outputs, Content, People,
 * Attributes), turned into JSON by whoever loads the files. Only people and attributes name the company's own id; the others name a
 * delivery, or Customer.io's own `internal_customer_id`.
 * https://docs.customer.io/integrations/data-out/data-warehouses/data-warehouses-intro/
 */
export function draftRow(row: Fields, table: Table, context: DraftContext): EventDraft | Rejection {
  const time = rowTime(row, table)
  if (isRejection(time)) return time
  const eventId = rowId(row, table)
  if (isRejection(eventId)) return eventId
  const identifiers = rowPerson(row, context.identifierTypes)
  if (isRejection(identifiers)) return identifiers
  if (table === 'attributes' && ownText(row, 'attribute_name') === undefined)
    return reject('missing_field', 'attribute_name')
  const copier = context.copier()
  const properties: Record<string, JsonValue> = {}
  for (const name of Object.keys(row)) {
    if (leftOut.has(name) || !isSafeName(name)) continue
    const value = copier.copy(row[name])
    if (value !== undefined && value !== null && value !== '') properties[name] = value
  }
  if (copier.failure) return copier.failure
  const deleted = table === 'people' && own(row, 'deleted') === true
  const type: EventType = deleted ? 'contact_deleted' : customerioTypes[table]
  return {
    eventId,
    source: null,
    type,
    occurredAt: time.at,
    identifiers,
    traits: deleted ? {} : rowTraits(row, table),
    traitKind: null,
    consent: {},
    machine: null,
    properties,
    unknownType: null,
    zoneless: time.zoneless,
  }
}
