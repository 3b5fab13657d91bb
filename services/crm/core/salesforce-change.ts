import {
  asList,
  type Fields,
  isFields,
  isRejection,
  isSafeName,
  listOrOne,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import type { Rejection } from '#runtime/channel/core/outcome.ts'
import { changedFields } from './salesforce-changed.ts'
import { eighteen, isWholeEntity } from './salesforce-id.ts'
import { joinedIds } from './salesforce-joins.ts'

/** One change of one record. */
export interface Change {
  readonly entity: string
  readonly changeType: string
  /** Entity and change type, as the catalogue names them. */
  readonly name: string
  readonly header: Fields
  /** The record's fields that hold a value; those of a compound field are one level below, those of a `Name` among the others. */
  readonly fields: Fields
  /** null: nobody says, or in a way that can't be read. */
  readonly changed: readonly string[] | null
  /** Of 18 characters; undefined: the header names none. */
  readonly record: string | undefined
  /** Other records of the same person: the event says that, and nothing else. */
  readonly joined: readonly string[]
}

/** Names of Avro's types, by which a decoder may wrap the value of a union: `{string: 'Anna'}`. */
const avroTypes: ReadonlySet<string> = new Set(
  'boolean int long float double bytes string array map enum record fixed'.split(' '),
)

/** The value of an Avro union, wrapped by its type or plain. */
export function unwrapUnion(value: unknown): unknown {
  if (!isFields(value)) return value
  const names = Object.keys(value)
  const [name] = names
  if (names.length !== 1 || name === undefined) return value
  return avroTypes.has(name) || name.includes('.') ? value[name] : value
}

const plainValue = (value: unknown): unknown => {
  const inner = unwrapUnion(value)
  if (typeof inner !== 'bigint') return inner
  return Number.isSafeInteger(Number(inner)) ? Number(inner) : inner.toString()
}

function plainInto(out: Record<string, unknown>, source: Fields): void {
  for (const name of Object.keys(source)) {
    if (!isSafeName(name)) continue
    const value = plainValue(source[name])
    if (value !== null && value !== undefined) out[name] = value
  }
}

/** More fields than an object of Salesforce can have: 800, and as many parts of compound ones. */
const fieldsMax = 2000

/** @param diffs Fields of long text: what an update carries of them is a unified diff, not their value. */
function plainFields(payload: Fields, diffs: readonly string[]): Fields {
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(payload).slice(0, fieldsMax)) {
    if (name === 'ChangeEventHeader' || !isSafeName(name) || diffs.includes(name)) continue
    const value = plainValue(payload[name])
    if (value === null || value === undefined) continue
    if (!isFields(value)) out[name] = value
    else if (name === 'Name') plainInto(out, value)
    else {
      const parts: Record<string, unknown> = {}
      plainInto(parts, value)
      out[name] = parts
    }
  }
  return out
}

/** What transports put around a payload: CometD's `data`, EventBridge's `detail`, Pub/Sub's `event`. */
const wrappers = ['payload', 'data', 'detail', 'event', 'value'] as const
const wrappersDeepMax = 5

/** The payload with its header inside whatever carries it; undefined: no change event. */
function payloadOf(item: Fields): Fields | undefined {
  let at: Fields | undefined = item
  for (let depth = 0; at !== undefined && depth < wrappersDeepMax; depth++) {
    if (isFields(unwrapUnion(own(at, 'ChangeEventHeader')))) return at
    const outer: Fields = at
    const inner: string | undefined = wrappers.find((name) => ownFields(outer, name) !== undefined)
    at = inner === undefined ? undefined : ownFields(outer, inner)
  }
  return undefined
}

/** One item per record of a change event, and one more for each record that it says to be the same person's. */
function changesOf(payload: Fields): readonly Fields[] {
  const header: Record<string, unknown> = {}
  const given = unwrapUnion(own(payload, 'ChangeEventHeader'))
  if (isFields(given)) plainInto(header, given)
  const entity = ownText(header, 'entityName')
  const changeType = ownText(header, 'changeType')
  if (entity === undefined || changeType === undefined) return [{ header }]
  const fields = plainFields(payload, changedFields(own(header, 'diffFields'), payload) ?? [])
  const changed = changedFields(own(header, 'changedFields'), payload)
  const common = { name: `${entity} ${changeType}`, entity, changeType, header, fields, changed }
  const records = asList(own(header, 'recordIds'))?.filter((id) => typeof id === 'string') ?? []
  if (records.length === 0) return [common]
  const joined = joinedIds(common)
  return records.flatMap((id) => {
    const item = { ...common, record: eighteen(id) }
    return joined.length === 0 || isWholeEntity(id) ? [item] : [item, { ...item, joined }]
  })
}

const heartbeat: Fields = { control: true }

/** CometD's own messages (handshake, connect), and what the Pub/Sub API sends to keep an idle subscription alive. */
export const isControl = (item: Fields): boolean =>
  ownText(item, 'channel')?.startsWith('/meta/') === true ||
  (own(item, 'latestReplayId') !== undefined && (asList(own(item, 'events'))?.length ?? 0) === 0)

const itemsOf = (item: unknown): readonly unknown[] => {
  if (!isFields(item)) return [item]
  const payload = payloadOf(item)
  if (payload !== undefined) return changesOf(payload)
  return [isControl(item) ? heartbeat : {}]
}

/** Whether an item is a change event, or a response of the Pub/Sub API that holds some. */
export function looksLikeChange(item: Fields): boolean {
  const [first] = asList(own(item, 'events')) ?? [item]
  return isFields(first) && payloadOf(first) !== undefined
}

/** A change event or several, also as one response of the Pub/Sub API. */
export function splitRecord(record: unknown): readonly unknown[] | Rejection {
  const items = listOrOne(record)
  if (isRejection(items)) return items
  return items.flatMap((item) => {
    const events = isFields(item) ? asList(own(item, 'events')) : undefined
    return events === undefined || events.length === 0 ? itemsOf(item) : events.flatMap(itemsOf)
  })
}

/** The change that `splitRecord` made an item of. undefined: none. */
export function changeOf(item: Fields): Change | undefined {
  const entity = ownText(item, 'entity')
  const changeType = ownText(item, 'changeType')
  const header = ownFields(item, 'header')
  const fields = ownFields(item, 'fields')
  if (entity === undefined || changeType === undefined || !header || !fields) return undefined
  const texts = (name: string): readonly string[] | undefined =>
    asList(own(item, name))?.filter((entry) => typeof entry === 'string')
  return {
    entity,
    changeType,
    name: `${entity} ${changeType}`,
    header,
    fields,
    changed: texts('changed') ?? null,
    record: ownText(item, 'record'),
    joined: texts('joined') ?? [],
  }
}
