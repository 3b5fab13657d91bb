import {
  type Copier,
  type Fields,
  idText,
  isFields,
  isRejection,
  own,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { drop, type Rejection } from '#runtime/channel/core/outcome.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { JsonValue } from '#runtime/event/event.ts'
import {
  isJournalFile,
  journalId,
  nameOf,
  readNotification,
  splitRecord,
} from './hubspot-notification.ts'
import { readContactProperties, readPerson } from './hubspot-person.ts'
import { hubspotTypes, type Notification, type PropertyChange, typeOf } from './hubspot-types.ts'

const renamed: readonly (readonly [string, string])[] = [
  ['objectId', 'object_id'],
  ['objectTypeId', 'object_type_id'],
  ['propertyName', 'property_name'],
  ['changeSource', 'change_source'],
  ['sourceId', 'source_id'],
  ['changeFlag', 'change_flag'],
  ['portalId', 'portal_id'],
  ['fromObjectId', 'from_object_id'],
  ['fromObjectTypeId', 'from_object_type_id'],
  ['toObjectId', 'to_object_id'],
  ['toObjectTypeId', 'to_object_type_id'],
  ['associatedObjectId', 'to_object_id'],
  ['associatedObjectTypeId', 'to_object_type_id'],
  ['associationType', 'association_type'],
  ['associationTypeId', 'association_type_id'],
  ['associationCategory', 'association_category'],
  ['associationRemoved', 'association_removed'],
  ['isPrimaryAssociation', 'is_primary_association'],
  ['primaryObjectId', 'primary_object_id'],
  ['mergedObjectIds', 'merged_object_ids'],
  ['newObjectId', 'new_object_id'],
  ['numberOfPropertiesMoved', 'number_of_properties_moved'],
  ['messageId', 'message_id'],
  ['messageType', 'message_type'],
  ['listId', 'list_id'],
]

/** Whether the property may be kept at all: HubSpot marks what its users call sensitive, and we have a list of our own. */
const isKept = (item: Fields, property: string, copier: Copier): boolean => {
  if (own(item, 'isSensitive') === true) return false
  const copied = copier.copy({ [property]: '' })
  return isFields(copied) && Object.hasOwn(copied, property)
}

/** A contact's properties are traits; a journal's of anything else are what its event says. */
function readChanges(
  { name, kind, changes }: Notification,
  copier: Copier,
  out: Record<string, JsonValue>,
): void {
  const stage = changes.find(([property]) => property === 'dealstage')?.[1]
  if (kind === 'deal' && stage !== undefined) out['stage'] = copier.copy(stage) ?? null
  if (name.endsWith('.propertyChange')) {
    const value = copier.copy(changes[0]?.[1])
    if (value !== undefined && value !== null) out['property_value'] = value
  } else if (kind !== 'contact' && changes.length > 0)
    out['property_changes'] = copier.copy(Object.fromEntries(changes)) ?? null
}

function readProperties(
  item: Fields,
  notification: Notification,
  copier: Copier,
): Record<string, JsonValue> {
  const out: Record<string, JsonValue> = {}
  for (const [name, ours] of renamed) {
    const given = own(item, name)
    if (given === undefined || given === null) continue
    const value = copier.copy(given)
    if (value !== undefined) out[ours] = value
  }
  readChanges(notification, copier, out)
  if (notification.name === 'ASSOCIATION_ADDED') out['association_removed'] = false
  if (notification.name === 'ASSOCIATION_REMOVED') out['association_removed'] = true
  if (notification.action === 'privacyDeletion') out['privacy'] = true
  return out
}

/** A webhook's times are milliseconds, the journal's ISO 8601. */
const timeFormat = (value: unknown): 'iso' | 'milliseconds' =>
  typeof value === 'string' && value.includes('-') ? 'iso' : 'milliseconds'

/**
 * HubSpot's webhooks: each request is a list of notifications, in no particular order, repeated up to ten times; and the files of
 * its webhooks journal.
 */
export const hubspot: Vendor = {
  name: 'hubspot',
  catalogue: {
    documentation: 'https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide',
    types: hubspotTypes,
    nameOf,
  },
  detects: (item) =>
    (own(item, 'subscriptionType') !== undefined &&
      (own(item, 'portalId') !== undefined || own(item, 'objectId') !== undefined)) ||
    isJournalFile(item),
  split: splitRecord,
  draft(item, context) {
    const read = readNotification(item)
    if (isRejection(read)) return read
    const documented = Object.hasOwn(hubspotTypes, read.name)
    if (documented && hubspotTypes[read.name] === 'dropped')
      return drop('control', 'an app was installed or uninstalled')
    const given = own(item, 'occurredAt')
    const occurredAt = readTime(given, { format: timeFormat(given), zone: 'utc' }, 'occurredAt')
    if (isRejection(occurredAt)) return occurredAt
    const person = readPerson(item, read)
    if (isRejection(person)) return person
    const eventId = notificationId(item, read.name)
    if (isRejection(eventId)) return eventId
    const copier = context.copier()
    const kept = (change: PropertyChange): boolean => isKept(item, change[0], copier)
    const notification =
      read.changes.length === 0 ? read : { ...read, changes: read.changes.filter(kept) }
    const properties = readProperties(item, notification, copier)
    if (copier.failure) return copier.failure
    const meaning = readContactProperties(
      read.kind === 'contact' ? notification.changes : [],
      context.source.consentPurposes,
    )
    return {
      eventId,
      source: null,
      type: typeOf(read),
      occurredAt,
      identifiers: [...person, ...meaning.identifiers],
      traits: meaning.traits,
      traitKind: ownText(item, 'changeSource') === 'FORM' ? 'declared' : null,
      consent: meaning.consent,
      machine: null,
      properties,
      unknownType: documented ? null : read.name,
    }
  },
}

/**
 * `eventId` alone "is not guaranteed to be unique"; with the object, the subscription, the time and the property (of an association:
 * its other side and its label) it is. Retries repeat all of these and count up only `attemptNumber`.
 */
function notificationId(item: Fields, name: string): string | null | Rejection {
  const ofJournal = journalId(item)
  if (ofJournal !== null) return ofJournal
  const id = idText(own(item, 'eventId'), 'eventId')
  if (id === undefined || isRejection(id)) return id ?? null
  const object = idText(own(item, 'objectId') ?? own(item, 'fromObjectId'), 'objectId')
  if (isRejection(object)) return object
  const at = idText(own(item, 'occurredAt'), 'occurredAt')
  const detail = ownText(item, 'propertyName') ?? associationOf(item)
  return [name, object ?? '', id, isRejection(at) ? '' : (at ?? ''), detail].join('/')
}

function associationOf(item: Fields): string {
  const other = idText(own(item, 'toObjectId'), 'toObjectId')
  if (other === undefined || isRejection(other)) return ''
  const label = idText(own(item, 'associationTypeId'), 'associationTypeId')
  const removed = own(item, 'associationRemoved') === true ? '-' : '+'
  return `${removed}${other}${label === undefined || isRejection(label) ? '' : `:${label}`}`
}
