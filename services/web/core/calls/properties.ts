import {
  type Copier,
  type Fields,
  isSafeName,
  own,
  ownFields,
} from '#runtime/channel/core/fields.ts'
import type { JsonValue } from '#runtime/event/event.ts'
import type { Call } from './call.ts'

export type Properties = Record<string, JsonValue>

/** Field of `context`, and the property that it is kept as where the call has none of that name. */
export type ContextField = readonly [field: string, property: string]

/** The fields of `context` that all relatives have. `page` is taken apart. */
export const commonContext: readonly ContextField[] = [
  ['campaign', 'campaign'],
  ['userAgent', 'user_agent'],
  ['active', 'active'],
  ['app', 'app'],
  ['channel', 'channel'],
  ['device', 'device'],
  ['groupId', 'group_id'],
  ['ip', 'ip'],
  ['library', 'library'],
  ['locale', 'locale'],
  ['network', 'network'],
  ['os', 'os'],
  // `referrer` is the page's: the address that led here. This one says by whom the person was sent.
  ['referrer', 'referred_by'],
  ['screen', 'screen'],
  ['timezone', 'timezone'],
  ['userAgentData', 'user_agent_data'],
]

export const commonPage: readonly ContextField[] = [
  ['url', 'url'],
  ['path', 'path'],
  ['referrer', 'referrer'],
  ['search', 'search'],
  ['title', 'title'],
]

export interface ContextFields {
  readonly context: readonly ContextField[]
  readonly page: readonly ContextField[]
}

/**
 * Picks the fields of the context whose property somebody reads. The context is most of a call and hardly ever read, so that
 * copying all of it would cost more than the rest of the event. `null`: nobody says what is read, so all is.
 */
export function createContextFields(
  context: readonly ContextField[],
  page: readonly ContextField[],
): (read: ReadonlySet<string> | null) => ContextFields {
  const all: ContextFields = { context, page }
  const byRead = new WeakMap<ReadonlySet<string>, ContextFields>()
  return (read) => {
    if (read === null) return all
    const known = byRead.get(read)
    if (known) return known
    const isRead = ([, property]: ContextField): boolean => read.has(property)
    const picked = { context: context.filter(isRead), page: page.filter(isRead) }
    byRead.set(read, picked)
    return picked
  }
}

/** Keeps a value under a name that is not taken yet. Nothing, and null, is no value. */
export function putProperty(out: Properties, name: string, value: unknown, copier: Copier): void {
  if (value === undefined || value === null || Object.hasOwn(out, name)) return
  const copied = copier.copy(value)
  if (copied !== undefined && copied !== null) out[name] = copied
}

function putFields(
  out: Properties,
  source: Fields,
  fields: readonly ContextField[],
  copier: Copier,
): void {
  for (const [field, property] of fields) putProperty(out, property, own(source, field), copier)
}

/** The call's own properties, and what its kind has beside them. */
export function readProperties({ kind, item, properties }: Call, copier: Copier): Properties {
  const out: Properties = {}
  if (properties)
    for (const name of Object.keys(properties))
      if (isSafeName(name)) putProperty(out, name, properties[name], copier)
  if (kind === 'page' || kind === 'screen') {
    putProperty(out, 'name', own(item, 'name'), copier)
    putProperty(out, 'category', own(item, 'category'), copier)
  }
  if (kind === 'group') {
    putProperty(out, 'group_id', own(item, 'groupId'), copier)
    putProperty(out, 'group', own(item, 'traits'), copier)
  }
  return out
}

/** What of the context is read, where the call has not said it itself. */
export function putContext(
  out: Properties,
  context: Fields,
  fields: ContextFields,
  copier: Copier,
): void {
  const page = fields.page.length > 0 ? ownFields(context, 'page') : undefined
  if (page) putFields(out, page, fields.page, copier)
  putFields(out, context, fields.context, copier)
}
