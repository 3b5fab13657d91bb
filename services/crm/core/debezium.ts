import {
  type Fields,
  isRejection,
  listOrOne,
  own,
  ownFields,
} from '#runtime/channel/core/fields.ts'
import {
  type Drop,
  type EventDraft,
  type Rejection,
  drop,
  reject,
} from '#runtime/channel/core/outcome.ts'
import type { DraftContext, Vendor } from '#runtime/channel/core/source.ts'
import { readTraits } from '#runtime/channel/core/traits.ts'
import type { JsonValue, Scalar } from '#runtime/event/event.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'
import {
  type Change,
  isSnapshot,
  kindOf,
  readChange,
  timeOfChange,
  unwrap,
} from './debezium-change.ts'
import { changeId } from './debezium-id.ts'
import { personOfRow } from './debezium-person.ts'
import { rowOf } from './debezium-row.ts'

/** Letters of operations, and our own names for the records that connectors write to topics of their own. */
const debeziumTypes = {
  c: 'contact_created',
  r: 'contact_created',
  u: 'contact_updated',
  d: 'contact_deleted',
  t: 'custom:truncate',
  m: 'custom:message',
  BEGIN: 'dropped',
  END: 'dropped',
  heartbeat: 'dropped',
  schema_change: 'dropped',
  notification: 'dropped',
} as const satisfies Readonly<Record<string, EventType | 'dropped'>>

const isDocumented = (kind: string): kind is keyof typeof debeziumTypes =>
  Object.hasOwn(debeziumTypes, kind)

const kindOfItem = (item: Fields): string | undefined => {
  const unwrapped = unwrap(item)
  return unwrapped === null ? undefined : kindOf(unwrapped.payload)
}

const tableOf = (change: Change): string => {
  const table = change.source('table') ?? change.source('collection')
  return typeof table === 'string' ? table : ''
}

function readProperties(
  change: Change,
  context: DraftContext,
): Record<string, JsonValue> | Rejection {
  const copier = context.copier()
  const out: Record<string, JsonValue> = {}
  const put = (name: string, value: unknown): void => {
    const copied = copier.copy(value)
    if (copied !== undefined && copied !== null && copied !== '') out[name] = copied
  }
  put('connector', change.source('connector'))
  put('database', change.source('db'))
  put('schema', change.source('schema') ?? change.source('keyspace'))
  put('table', tableOf(change))
  put('op', change.op)
  if (isSnapshot(change)) out['snapshot'] = true
  const removed = change.updated && own(change.updated, 'removedFields')
  put('removed_fields', removed)
  if (change.message) {
    put('prefix', own(change.message, 'prefix'))
    put('content', own(change.message, 'content'))
  }
  return copier.failure ?? out
}

/** A change as the source's map reads it: the row's columns, and beside them what the map can't find in a row. */
function draftByMap(
  change: Change,
  row: Fields,
  context: DraftContext,
  map: NonNullable<DraftContext['source']['map']>,
): EventDraft | Rejection {
  const at = timeOfChange(change)
  const draft = map.draft(
    {
      ...row,
      __op: change.op,
      __table: tableOf(change),
      ...(isRejection(at) ? {} : { __ts_ms: at }),
    },
    context,
  )
  if (isRejection(draft)) return draft
  const occurredAt = draft.occurredAt ?? at
  if (isRejection(occurredAt)) return occurredAt
  return {
    ...draft,
    occurredAt,
    eventId: draft.eventId ?? changeId(change, row),
    properties: isSnapshot(change) ? { ...draft.properties, snapshot: true } : draft.properties,
  }
}

function draftByName(change: Change, row: Fields, context: DraftContext): EventDraft | Rejection {
  const occurredAt = timeOfChange(change)
  if (isRejection(occurredAt)) return occurredAt
  const person = personOfRow(row, tableOf(change), context.identifierTypes)
  if (isRejection(person)) return person
  const properties = readProperties(change, context)
  if (isRejection(properties)) return properties
  const known = isDocumented(change.op)
  const type = known ? debeziumTypes[change.op] : undefined
  // What a deleted row said is not said again.
  const traits: Readonly<Record<string, Scalar>> =
    change.op === 'd' ? {} : readTraits(row, person.columns)
  return {
    eventId: changeId(change, row),
    source: null,
    type: type === undefined || type === 'dropped' ? `custom:${change.op.slice(0, 128)}` : type,
    occurredAt,
    identifiers: person.identifiers,
    traits,
    traitKind: null,
    consent: {},
    machine: null,
    properties,
    unknownType: known ? null : change.op,
  }
}

/** A row or a CloudEvent with what Debezium writes beside it, whatever columns it has. */
const isMarked = (payload: Fields): boolean =>
  ['__op', '__deleted', 'iodebeziumop'].some((name) => Object.hasOwn(payload, name))

/** Operations on a row: the others have none that a map could read. */
const onRows: ReadonlySet<string> = new Set(['c', 'r', 'u', 'd'])

/**
 * Debezium's change events of any connector: one record is one change of one row of a database.
 * https://debezium.io/documentation/reference/stable/connectors/
 */
export const debezium: Vendor = {
  name: 'debezium',
  catalogue: {
    documentation: 'https://debezium.io/documentation/reference/stable/connectors/',
    types: debeziumTypes,
    nameOf: kindOfItem,
  },
  detects(item) {
    const unwrapped = unwrap(item)
    if (unwrapped === null) return true
    const { payload } = unwrapped
    if (isMarked(payload)) return true
    const kind = kindOf(payload)
    const source = ownFields(payload, 'source')
    if (source !== undefined) return kind !== undefined && own(source, 'connector') !== undefined
    // Anybody may have fields called `op` and `source`.
    return kind !== undefined && isDocumented(kind) && !Object.hasOwn(payload, 'source')
  },
  split: listOrOne,
  draft(item, context): EventDraft | Rejection | Drop {
    const unwrapped = unwrap(item)
    if (unwrapped === null) return drop('tombstone', 'payload is null')
    const { payload, schema } = unwrapped
    const kind = kindOf(payload)
    if (kind === undefined) return reject('missing_field', 'op')
    if (isDocumented(kind) && debeziumTypes[kind] === 'dropped')
      return drop('control', `a record of kind ${kind}`)
    const change = readChange(payload, kind, schema)
    if (isRejection(change)) return change
    const row = rowOf(change)
    const { map } = context.source
    return map !== null && onRows.has(change.op)
      ? draftByMap(change, row, context, map)
      : draftByName(change, row, context)
  },
}
