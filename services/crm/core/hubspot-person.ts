import { purposeOf } from '#runtime/channel/core/consent.ts'
import { type Fields, idText, isRejection, isScalar, own } from '#runtime/channel/core/fields.ts'
import type { RawIdentifier, Rejection } from '#runtime/channel/core/outcome.ts'
import type { ConsentState, Scalar } from '#runtime/event/event.ts'
import { kindOfType, sidesOf } from './hubspot-notification.ts'
import type { Notification, PropertyChange } from './hubspot-types.ts'

/** Contact properties that name the person. */
const identifierProperties: Readonly<Record<string, string>> = {
  email: 'email',
  hs_additional_emails: 'email',
  phone: 'phone',
  mobilephone: 'phone',
}

const optOut = 'hs_email_optout'

export interface PropertyMeaning {
  readonly identifiers: readonly RawIdentifier[]
  readonly traits: Readonly<Record<string, Scalar>>
  readonly consent: Readonly<Record<string, ConsentState>>
}

const nothing: PropertyMeaning = { identifiers: [], traits: {}, consent: {} }

/** The flag says that somebody is out, so that its `true` denies. */
const answerOfOptOut: Readonly<Record<string, ConsentState>> = {
  true: 'denied',
  yes: 'denied',
  '1': 'denied',
  opt_out: 'denied',
  false: 'granted',
  no: 'granted',
  '0': 'granted',
  opt_in: 'granted',
}

const answerOf = (value: Scalar): ConsentState | undefined => {
  const text = String(value).trim().toLowerCase()
  return Object.hasOwn(answerOfOptOut, text) ? answerOfOptOut[text] : undefined
}

/** What changes of a contact's properties say of the person. An emptied property says nothing. */
export function readContactProperties(
  changes: readonly PropertyChange[],
  purposes: Readonly<Record<string, string>>,
): PropertyMeaning {
  if (changes.length === 0) return nothing
  const identifiers: RawIdentifier[] = []
  const traits: Record<string, Scalar> = {}
  const consent: Record<string, ConsentState> = {}
  for (const [name, value] of changes) {
    if (!isScalar(value) || value === '') continue
    const type = Object.hasOwn(identifierProperties, name) ? identifierProperties[name] : undefined
    if (type !== undefined) {
      // hs_additional_emails lists several, parted by semicolons.
      for (const part of String(value).split(';')) identifiers.push({ type, value: part.trim() })
    } else if (name === optOut || name.startsWith(`${optOut}_`)) {
      const category =
        name === optOut ? 'email_marketing' : `subscription:${name.slice(optOut.length + 1)}`
      const answer = answerOf(value)
      if (answer !== undefined) consent[purposeOf(category, purposes)] = answer
    } else traits[name] = value
  }
  return { identifiers, traits, consent }
}

const crmId = (id: unknown, name: string): readonly RawIdentifier[] | Rejection => {
  const value = idText(id, name)
  if (isRejection(value)) return value
  return value === undefined ? [] : [{ type: 'crm_id', value }]
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

/**
 * A contact is its own id. Deals and tickets name no contact, unless an association to one is what the notification is about, or
 * whoever relays it has added `contactId`. Two associated contacts are two people: the one that the notification is about counts.
 */
export function readPerson(
  item: Fields,
  { kind, action }: Notification,
): readonly RawIdentifier[] | Rejection {
  if (kind === 'contact')
    return action === 'merge'
      ? readMerge(item)
      : crmId(own(item, 'objectId') ?? own(item, 'fromObjectId'), 'objectId')
  if (action === 'associationChange' && sidesOf(item).to === 'contact')
    return crmId(own(item, 'toObjectId') ?? own(item, 'associatedObjectId'), 'toObjectId')
  // An event that somebody completed (`event.completed`) names its contact like the newer subscriptions do.
  const ofContact = kindOfType(item, 'objectTypeId') === 'contact'
  return crmId(own(item, ofContact ? 'objectId' : 'contactId'), 'contactId')
}
