import { purposeOf, readConsent } from '#runtime/channel/core/consent.ts'
import {
  type Fields,
  idText,
  isRejection,
  listOrOne,
  isSafeName,
  isScalar,
  own,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { type RawIdentifier, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { ConsentState, JsonValue, Scalar } from '#runtime/event/event.ts'
import { hubspotType, objectKind } from './hubspot-types.ts'

/** Contact properties that name the person. */
const identifierProperties: Readonly<Record<string, string>> = {
  email: 'email',
  hs_additional_emails: 'email',
  phone: 'phone',
  mobilephone: 'phone',
}

const optOut = 'hs_email_optout'

interface PropertyMeaning {
  readonly identifiers: readonly RawIdentifier[]
  readonly traits: Readonly<Record<string, Scalar>>
  readonly consent: Readonly<Record<string, ConsentState>>
}

/** What the change of one contact property says of the person. An emptied property says nothing. */
function readContactProperty(
  item: Fields,
  purposes: Readonly<Record<string, string>>,
): PropertyMeaning {
  const name = ownText(item, 'propertyName')
  const value = own(item, 'propertyValue')
  const none: PropertyMeaning = { identifiers: [], traits: {}, consent: {} }
  if (name === undefined || !isSafeName(name) || !isScalar(value) || value === '') return none
  const type = Object.hasOwn(identifierProperties, name) ? identifierProperties[name] : undefined
  if (type !== undefined)
    return {
      ...none,
      // hs_additional_emails lists several, parted by semicolons.
      identifiers: String(value)
        .split(';')
        .map((part) => ({ type, value: part.trim() })),
    }
  if (name === optOut || name.startsWith(`${optOut}_`)) {
    const optedOut = readConsent(value)
    const category =
      name === optOut ? 'email_marketing' : `subscription:${name.slice(optOut.length + 1)}`
    if (optedOut === undefined) return none
    return {
      ...none,
      consent: { [purposeOf(category, purposes)]: optedOut === 'granted' ? 'denied' : 'granted' },
    }
  }
  return { ...none, traits: { [name]: value } }
}

/** Both sides of a merge: the record that stays first. HubSpot may give the merged record a new id. */
function readMerge(item: Fields): readonly RawIdentifier[] | Rejection {
  const merged = own(item, 'mergedObjectIds')
  const ids: unknown[] = [
    own(item, 'newObjectId'),
    own(item, 'primaryObjectId'),
    own(item, 'objectId'),
    ...(Array.isArray(merged) ? (merged as unknown[]) : []),
  ]
  const out: RawIdentifier[] = []
  for (const id of ids) {
    const value = idText(id, 'mergedObjectIds')
    if (isRejection(value)) return value
    if (value !== undefined && !out.some((other) => other.value === value))
      out.push({ type: 'crm_id', value })
  }
  return out
}

/** A contact is its own id; deals and tickets name no contact, unless whoever relays the hook has added it as `contactId`. */
function readPerson(item: Fields, kind: string): readonly RawIdentifier[] | Rejection {
  const id =
    kind === 'contact'
      ? (own(item, 'objectId') ?? own(item, 'fromObjectId'))
      : own(item, 'contactId')
  const value = idText(id, 'objectId')
  if (isRejection(value)) return value
  return value === undefined ? [] : [{ type: 'crm_id', value }]
}

const renamed: readonly (readonly [string, string])[] = [
  ['objectId', 'object_id'],
  ['propertyName', 'property_name'],
  ['propertyValue', 'property_value'],
  ['changeSource', 'change_source'],
  ['changeFlag', 'change_flag'],
  ['portalId', 'portal_id'],
  ['fromObjectId', 'from_object_id'],
  ['toObjectId', 'to_object_id'],
  ['associationType', 'association_type'],
]

/**
 * HubSpot's webhooks: each request is a list of notifications, in no particular order, repeated up to ten times.
 * https://developers.hubspot.com/docs/api/webhooks
 */
export const hubspot: Vendor = {
  name: 'hubspot',
  detects: (item) =>
    own(item, 'subscriptionType') !== undefined && own(item, 'portalId') !== undefined,
  split: listOrOne,
  draft(item, context) {
    const subscription = ownText(item, 'subscriptionType')
    if (subscription === undefined) return reject('missing_field', 'subscriptionType')
    const occurredAt = readTime(
      own(item, 'occurredAt'),
      { format: 'milliseconds', zone: 'utc' },
      'occurredAt',
    )
    if (isRejection(occurredAt)) return occurredAt
    const kind = objectKind(subscription, ownText(item, 'objectTypeId'))
    const { type, unknown } = hubspotType(subscription, kind, item)
    const person = type === 'contact_merged' ? readMerge(item) : readPerson(item, kind)
    if (isRejection(person)) return person
    const eventId = notificationId(item, subscription)
    if (isRejection(eventId)) return eventId
    const meaning =
      type === 'contact_updated'
        ? readContactProperty(item, context.source.consentPurposes)
        : { identifiers: [], traits: {}, consent: {} }
    const copier = context.copier()
    const properties: Record<string, JsonValue> = {}
    for (const [name, ours] of renamed) {
      const value = copier.copy(own(item, name))
      if (value !== undefined && value !== null) properties[ours] = value
    }
    if (copier.failure) return copier.failure
    if (type === 'deal_stage_changed') properties['stage'] = properties['property_value'] ?? null
    if (subscription.endsWith('.privacyDeletion')) properties['privacy'] = true
    return {
      eventId,
      source: null,
      type,
      occurredAt,
      identifiers: [...person, ...meaning.identifiers],
      traits: meaning.traits,
      traitKind: ownText(item, 'changeSource') === 'FORM' ? 'declared' : null,
      consent: meaning.consent,
      machine: null,
      properties,
      unknownType: unknown ? subscription : null,
    }
  },
}

/**
 * `eventId` alone "is not guaranteed to be unique"; with the object, the subscription, the time and the property it is. Retries
 * repeat all of these and count up only `attemptNumber`.
 */
function notificationId(item: Fields, subscription: string): string | null | Rejection {
  const id = idText(own(item, 'eventId'), 'eventId')
  if (id === undefined || isRejection(id)) return id ?? null
  const object = idText(own(item, 'objectId') ?? own(item, 'fromObjectId'), 'objectId')
  if (isRejection(object)) return object
  const at = idText(own(item, 'occurredAt'), 'occurredAt')
  const property = ownText(item, 'propertyName') ?? ''
  return [subscription, object ?? '', id, isRejection(at) ? '' : (at ?? ''), property].join('/')
}
