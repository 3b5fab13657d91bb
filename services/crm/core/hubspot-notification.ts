import {
  asList,
  type Fields,
  isFields,
  isRejection,
  listOrOne,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import {
  journalActions,
  type Notification,
  objectTypes,
  type PropertyChange,
} from './hubspot-types.ts'

/** Where an event of the journal stands; put beside it by `splitRecord`, since the file says it once for all of its events. */
const journalFile = 'journalOffset'
const journalPlace = 'journalPlace'

const eventsOfFile = (file: Fields): readonly unknown[] =>
  (asList(own(file, 'journalEvents')) ?? []).map((event, place) =>
    isFields(event)
      ? { ...event, [journalFile]: own(file, 'offset'), [journalPlace]: place }
      : event,
  )

/** A webhook's list of notifications, or files of the journal, or what somebody relays one by one. */
export function splitRecord(record: unknown): readonly unknown[] | Rejection {
  const items = listOrOne(record)
  if (isRejection(items)) return items
  return items.some((item) => isFields(item) && isJournalFile(item))
    ? items.flatMap((item) => (isFields(item) && isJournalFile(item) ? eventsOfFile(item) : [item]))
    : items
}

export const isJournalFile = (item: Fields): boolean => own(item, 'journalEvents') !== undefined

const isJournalEvent = (item: Fields): boolean =>
  own(item, 'subscriptionType') === undefined && ownText(item, 'action') !== undefined

export const nameOf = (item: Fields): string | undefined =>
  ownText(item, 'subscriptionType') ?? ownText(item, 'action')

/** The kind that a field with HubSpot's type id names; undefined: none, or one that the company made up. */
export const kindOfType = (item: Fields, field: string): string | undefined => {
  const id = ownText(item, field)
  return id === undefined || !Object.hasOwn(objectTypes, id) ? undefined : objectTypes[id]
}

const withoutLabel = (side: string | undefined): string | undefined =>
  side === undefined || side === '' ? undefined : side.replace(/^primary_|_unlabeled$/g, '')

/** The kinds on both sides of an association: by their type ids, or by a name like `DEAL_TO_CONTACT`, with a label or without. */
export function sidesOf(item: Fields): {
  readonly from: string | undefined
  readonly to: string | undefined
} {
  const [from, to] = (ownText(item, 'associationType') ?? '').toLowerCase().split('_to_', 2)
  return {
    from: kindOfType(item, 'fromObjectTypeId') ?? withoutLabel(from),
    to:
      kindOfType(item, 'toObjectTypeId') ??
      kindOfType(item, 'associatedObjectTypeId') ??
      withoutLabel(to),
  }
}

/** The kind of an object that a newer notification names by its type id only. Nobody but a contact is deleted for privacy. */
function kindOfObject(item: Fields, action: string): string {
  const stated = kindOfType(item, 'objectTypeId')
  if (stated !== undefined) return stated
  if (action === 'privacyDeletion') return 'contact'
  return (action === 'associationChange' ? sidesOf(item).from : undefined) ?? 'object'
}

function readWebhook(item: Fields, name: string): Notification {
  const dot = name.indexOf('.')
  const prefix = dot < 0 ? '' : name.slice(0, dot)
  const action = name.slice(dot + 1)
  const property = action === 'propertyChange' ? ownText(item, 'propertyName') : undefined
  return {
    name,
    kind: prefix === 'object' ? kindOfObject(item, action) : prefix,
    action,
    changes: property === undefined ? [] : [[property, own(item, 'propertyValue')]],
  }
}

function readJournal(item: Fields, name: string): Notification {
  const action = Object.hasOwn(journalActions, name) ? (journalActions[name] ?? name) : name
  const properties = ownFields(item, 'propertyChanges') ?? ownFields(item, 'properties')
  const changes: PropertyChange[] = []
  if (properties !== undefined)
    for (const property of Object.keys(properties)) changes.push([property, properties[property]])
  return { name, kind: kindOfObject(item, action), action, changes }
}

/** Either form of notification: a webhook's, or an event of the journal. */
export function readNotification(item: Fields): Notification | Rejection {
  const name = nameOf(item)
  if (name === undefined) return reject('missing_field', 'subscriptionType')
  return isJournalEvent(item) ? readJournal(item, name) : readWebhook(item, name)
}

/** Which event of which file of the journal this is: its identity, since the file never changes. null: a webhook's. */
export function journalId(item: Fields): string | null {
  const offset = ownText(item, journalFile)
  const place = own(item, journalPlace)
  return offset === undefined || typeof place !== 'number' ? null : `journal/${offset}/${place}`
}
