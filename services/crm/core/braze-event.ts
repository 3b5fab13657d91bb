import {
  type Fields,
  asList,
  isFields,
  isSafeName,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { parseJsonText } from './json-text.ts'

/** One event, whichever connector wrote it: its fields side by side, and the company's own properties apart. */
export interface BrazeEvent {
  /** `users.messages.email.Open`. Avro files do not say it inside: whoever loads them adds the `event_type` of their path. */
  readonly type: string
  readonly fields: Fields
  readonly custom: Fields | undefined
}

/** Branches of a union, as Avro's own JSON encoding writes them around a value. */
const branches: ReadonlySet<string> = new Set([
  'string',
  'int',
  'long',
  'float',
  'double',
  'boolean',
  'array',
  'map',
])

/** The value inside of `{"string": "…"}`; any other as it is. */
function withoutBranch(value: unknown): unknown {
  if (!isFields(value)) return value
  const names = Object.keys(value)
  const [name] = names
  if (name === undefined || names.length > 1 || !branches.has(name)) return value
  const inner = value[name]
  return name === 'array' ? asList(inner)?.map(withoutBranch) : inner
}

/** UTF-16 units of the company's own properties; more than an event may hold is not even parsed. */
export const customTextMax = 200_000

const customNames = ['custom_properties', 'purchase_properties', 'properties'] as const

/** JSON as text in files, an object in requests. */
function customOf(fields: Fields): Fields | undefined {
  for (const name of customNames) {
    const value = own(fields, name)
    const parsed = typeof value === 'string' ? parseJsonText(value, customTextMax) : value
    if (isFields(parsed)) return parsed
  }
  return undefined
}

function put(out: Record<string, unknown>, fields: Fields | undefined): void {
  if (fields === undefined) return
  for (const name of Object.keys(fields))
    if (isSafeName(name)) out[name] = withoutBranch(fields[name])
}

/** undefined: the item does not say which event it is. */
export function readEvent(item: Fields): BrazeEvent | undefined {
  const type = ownText(item, 'event_type')
  if (type === undefined) return undefined
  const fields: Record<string, unknown> = {}
  const user = ownFields(item, 'user')
  const properties = user && ownFields(item, 'properties')
  put(fields, item)
  if (properties !== undefined) delete fields['properties']
  put(fields, properties)
  put(fields, user)
  return { type, fields, custom: customOf(fields) }
}

/** Requests of the HTTP connector hold a list of events, the answer of an export a list of users. */
export function itemsOf(record: Fields): readonly unknown[] | undefined {
  if (Object.hasOwn(record, 'event_type')) return undefined
  return asList(own(record, 'events')) ?? asList(own(record, 'users'))
}

/** Whether an item is a user's exported profile. */
export const isProfile = (item: Fields): boolean =>
  !Object.hasOwn(item, 'event_type') &&
  (Object.hasOwn(item, 'braze_id') ||
    (Object.hasOwn(item, 'external_id') &&
      (Object.hasOwn(item, 'custom_attributes') || Object.hasOwn(item, 'email_subscribe'))))
