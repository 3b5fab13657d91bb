import { purposeOf, readConsent } from '#runtime/channel/core/consent.ts'
import {
  type Fields,
  asList,
  idText,
  isFields,
  isRejection,
  isSafeName,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import type { RawIdentifier, Rejection } from '#runtime/channel/core/outcome.ts'
import type { ConsentState } from '#runtime/event/event.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Segment's names for external ids → ours. */
const externalTypes: Readonly<Record<string, string>> = {
  user_id: 'user_id',
  email: 'email',
  phone: 'phone',
  anonymous_id: 'anonymous_id',
}

/** Traits that name the person. */
export const identifierTraits: ReadonlySet<string> = new Set(['email', 'phone', 'id'])

/**
 * The traits of the person: those of an `identify`, and `context.traits`, by which other calls say whom they are about. The traits
 * of a `group` are the group's.
 */
export function personTraits(item: Fields, call: string, context: Fields | undefined): Fields[] {
  const traits = call === 'identify' ? ownFields(item, 'traits') : undefined
  const inContext = context && ownFields(context, 'traits')
  return [traits, inContext].filter((fields) => fields !== undefined)
}

/** `previousId` is what the person was called before: a browser's id (they are UUIDs), else a former user id. */
function previousIdType(previous: string, anonymous: string | undefined): string {
  return previous === anonymous || uuid.test(previous) ? 'anonymous_id' : 'user_id'
}

export function readIdentifiers(
  item: Fields,
  call: string,
  context: Fields | undefined,
  traits: readonly Fields[],
  types: ReadonlySet<string>,
): readonly RawIdentifier[] | Rejection {
  const out: RawIdentifier[] = []
  const failures: Rejection[] = []
  const add = (type: string, value: unknown): void => {
    const text = idText(value, type)
    if (isRejection(text)) failures.push(text)
    else if (text !== undefined) out.push({ type, value: text })
  }
  add('user_id', own(item, 'userId'))
  for (const fields of traits) {
    add('email', own(fields, 'email'))
    add('phone', own(fields, 'phone'))
    for (const type of types) if (type !== 'email' && type !== 'phone') add(type, own(fields, type))
  }
  const anonymous = ownText(item, 'anonymousId')
  add('anonymous_id', own(item, 'anonymousId'))
  const previous = idText(own(item, 'previousId'), 'previousId')
  if (isRejection(previous)) return previous
  if (call === 'alias' && previous !== undefined) add(previousIdType(previous, anonymous), previous)
  const external = context && own(context, 'externalIds')
  for (const entry of asList(external) ?? []) {
    const written = isFields(entry) ? (ownText(entry, 'type') ?? '') : ''
    const type = types.has(written) ? written : externalTypes[written]
    if (type !== undefined && isFields(entry)) add(type, own(entry, 'id'))
  }
  return failures[0] ?? out
}

/** `context.consent.categoryPreferences`: category → whether it was accepted. */
export function readSegmentConsent(
  context: Fields | undefined,
  purposes: Readonly<Record<string, string>>,
): Readonly<Record<string, ConsentState>> {
  const consent = context && ownFields(context, 'consent')
  const preferences = consent && ownFields(consent, 'categoryPreferences')
  if (!preferences) return {}
  const out: Record<string, ConsentState> = {}
  for (const category of Object.keys(preferences)) {
    const state = readConsent(preferences[category])
    const purpose = purposeOf(category, purposes)
    if (state === undefined || !isSafeName(purpose)) continue
    // Several categories may stand for one purpose: it is granted only when each of them is.
    if (out[purpose] !== 'denied') out[purpose] = state
  }
  return out
}
