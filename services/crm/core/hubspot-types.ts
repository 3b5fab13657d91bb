import type { EventType } from '#runtime/event/vocabulary.ts'

/** HubSpot's ids of its object types, which the `object.*` subscriptions and the journal go by. */
export const objectTypes: Readonly<Record<string, string>> = {
  '0-1': 'contact',
  '0-2': 'company',
  '0-3': 'deal',
  '0-5': 'ticket',
  '0-7': 'product',
  '0-8': 'line_item',
  '0-11': 'conversation',
  '0-14': 'quote',
  '0-18': 'communication',
  '0-19': 'feedback_submission',
  '0-27': 'task',
  '0-46': 'note',
  '0-47': 'meeting',
  '0-48': 'call',
  '0-49': 'email',
  '0-53': 'invoice',
  '0-69': 'subscription',
  '0-74': 'goal_target',
  '0-84': 'discount',
  '0-85': 'fee',
  '0-86': 'tax',
  '0-101': 'commerce_payment',
  '0-115': 'user',
  '0-116': 'postal_mail',
  '0-123': 'order',
  '0-136': 'lead',
  '0-142': 'cart',
  '0-162': 'service',
  '0-410': 'course',
  '0-420': 'listing',
  '0-421': 'appointment',
}

/** What the journal (webhooks v4) calls an action → what the subscriptions call it. */
export const journalActions: Readonly<Record<string, string>> = {
  CREATE: 'creation',
  UPDATE: 'propertyChange',
  DELETE: 'deletion',
  MERGE: 'merge',
  RESTORE: 'restore',
  ASSOCIATION_ADDED: 'associationChange',
  ASSOCIATION_REMOVED: 'associationChange',
  SNAPSHOT: 'snapshot',
  ADDED_TO_LIST: 'addedToList',
  REMOVED_FROM_LIST: 'removedFromList',
  GDPR_DELETE: 'privacyDeletion',
}

/**
 * Every subscription type and every action of the journal. `object.*` and the journal have their meaning for contacts here; for
 * another kind of object it is that of the older subscription (`deal.creation`, say).
 */
export const hubspotTypes: Readonly<Record<string, EventType | 'dropped'>> = {
  'contact.creation': 'contact_created',
  'contact.deletion': 'contact_deleted',
  'contact.merge': 'contact_merged',
  'contact.restore': 'custom:contact.restore',
  'contact.associationChange': 'custom:contact.associationChange',
  'contact.propertyChange': 'contact_updated',
  'contact.privacyDeletion': 'contact_deleted',
  'company.creation': 'custom:company.creation',
  'company.deletion': 'custom:company.deletion',
  'company.merge': 'custom:company.merge',
  'company.restore': 'custom:company.restore',
  'company.associationChange': 'custom:company.associationChange',
  'company.propertyChange': 'custom:company.propertyChange',
  'deal.creation': 'custom:deal.creation',
  'deal.deletion': 'custom:deal.deletion',
  'deal.merge': 'custom:deal.merge',
  'deal.restore': 'custom:deal.restore',
  'deal.associationChange': 'custom:deal.associationChange',
  'deal.propertyChange': 'deal_stage_changed',
  'ticket.creation': 'ticket_opened',
  'ticket.deletion': 'custom:ticket.deletion',
  'ticket.merge': 'custom:ticket.merge',
  'ticket.restore': 'custom:ticket.restore',
  'ticket.associationChange': 'custom:ticket.associationChange',
  'ticket.propertyChange': 'ticket_closed',
  'product.creation': 'custom:product.creation',
  'product.deletion': 'custom:product.deletion',
  'product.merge': 'custom:product.merge',
  'product.restore': 'custom:product.restore',
  'product.propertyChange': 'custom:product.propertyChange',
  'line_item.creation': 'custom:line_item.creation',
  'line_item.deletion': 'custom:line_item.deletion',
  'line_item.merge': 'custom:line_item.merge',
  'line_item.restore': 'custom:line_item.restore',
  'line_item.associationChange': 'custom:line_item.associationChange',
  'line_item.propertyChange': 'custom:line_item.propertyChange',
  'conversation.creation': 'custom:conversation.creation',
  'conversation.deletion': 'custom:conversation.deletion',
  'conversation.privacyDeletion': 'custom:conversation.privacyDeletion',
  'conversation.propertyChange': 'custom:conversation.propertyChange',
  'conversation.newMessage': 'custom:conversation.newMessage',
  'object.creation': 'contact_created',
  'object.deletion': 'contact_deleted',
  'object.merge': 'contact_merged',
  'object.restore': 'custom:contact.restore',
  'object.associationChange': 'custom:contact.associationChange',
  'object.propertyChange': 'contact_updated',
  'event.completed': 'custom:event.completed',
  CREATE: 'contact_created',
  UPDATE: 'contact_updated',
  DELETE: 'contact_deleted',
  MERGE: 'contact_merged',
  RESTORE: 'custom:contact.restore',
  ASSOCIATION_ADDED: 'custom:contact.associationChange',
  ASSOCIATION_REMOVED: 'custom:contact.associationChange',
  SNAPSHOT: 'custom:contact.snapshot',
  ADDED_TO_LIST: 'custom:contact.addedToList',
  REMOVED_FROM_LIST: 'custom:contact.removedFromList',
  GDPR_DELETE: 'contact_deleted',
  APP_INSTALL: 'dropped',
  APP_UNINSTALL: 'dropped',
}

/** A property and its new value. */
export type PropertyChange = readonly [name: string, value: unknown]

/** What either form of notification says. */
export interface Notification {
  /** HubSpot's name of it, a key of `hubspotTypes` if it is documented. */
  readonly name: string
  /** `contact`, `deal`, …; `object`: one that the company made up. */
  readonly kind: string
  /** In the words of the subscriptions. */
  readonly action: string
  readonly changes: readonly PropertyChange[]
}

const contactTypes: Readonly<Record<string, EventType>> = {
  creation: 'contact_created',
  propertyChange: 'contact_updated',
  deletion: 'contact_deleted',
  privacyDeletion: 'contact_deleted',
  merge: 'contact_merged',
}

const setsTo = ({ changes }: Notification, property: string): boolean =>
  changes.some(([name, value]) => name === property && value !== '' && value !== null)

/** What a notification means in our vocabulary. */
export function typeOf(notification: Notification): EventType {
  const { kind, action, name } = notification
  if (kind === 'contact' && Object.hasOwn(contactTypes, action))
    return contactTypes[action] ?? 'contact_updated'
  if (action === 'propertyChange') {
    if (kind === 'deal' && setsTo(notification, 'dealstage')) return 'deal_stage_changed'
    // Which stages mean "closed" is each portal's own; HubSpot itself sets this date when one is reached.
    if (kind === 'ticket' && setsTo(notification, 'closed_date')) return 'ticket_closed'
  }
  if (kind === 'ticket' && action === 'creation') return 'ticket_opened'
  return `custom:${(kind === '' ? name : `${kind}.${action}`).slice(0, 128)}`
}
