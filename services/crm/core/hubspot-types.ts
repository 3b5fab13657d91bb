import { type Fields, own, ownText } from '#runtime/channel/core/fields.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'

/** HubSpot's ids of its object types, used by the newer `object.*` subscriptions. */
const objectTypes: Readonly<Record<string, string>> = {
  '0-1': 'contact',
  '0-2': 'company',
  '0-3': 'deal',
  '0-5': 'ticket',
  '0-7': 'product',
  '0-8': 'line_item',
}

/** The object that a notification is about: `contact.creation` and `object.creation` of type 0-1 are the same. */
export function objectKind(subscription: string, objectTypeId: string | undefined): string {
  const kind = subscription.slice(0, subscription.indexOf('.'))
  return kind === 'object' ? (objectTypes[objectTypeId ?? ''] ?? 'object') : kind
}

const kinds = ['contact', 'company', 'deal', 'ticket', 'product', 'line_item', 'object'] as const
const actions = [
  'creation',
  'deletion',
  'merge',
  'restore',
  'associationChange',
  'propertyChange',
] as const

/** Every subscription type that HubSpot's documentation names. */
export const documentedSubscriptions: ReadonlySet<string> = new Set([
  ...kinds.flatMap((kind) => actions.map((action) => `${kind}.${action}`)),
  'contact.privacyDeletion',
  'conversation.creation',
  'conversation.deletion',
  'conversation.privacyDeletion',
  'conversation.propertyChange',
  'conversation.newMessage',
])

const contactTypes: Readonly<Record<string, EventType>> = {
  creation: 'contact_created',
  propertyChange: 'contact_updated',
  deletion: 'contact_deleted',
  privacyDeletion: 'contact_deleted',
  merge: 'contact_merged',
}

const known = (type: EventType): { readonly type: EventType; readonly unknown: boolean } => ({
  type,
  unknown: false,
})

/** What a notification means in our vocabulary; `unknown`: the documentation does not name it either. */
export function hubspotType(
  subscription: string,
  kind: string,
  item: Fields,
): { readonly type: EventType; readonly unknown: boolean } {
  const action = subscription.slice(subscription.indexOf('.') + 1)
  const property = action === 'propertyChange' ? ownText(item, 'propertyName') : undefined
  if (kind === 'contact' && Object.hasOwn(contactTypes, action))
    return known(contactTypes[action] ?? 'contact_updated')
  if (kind === 'deal' && property === 'dealstage') return known('deal_stage_changed')
  if (kind === 'ticket' && action === 'creation') return known('ticket_opened')
  // Which stages mean "closed" is each portal's own; HubSpot itself sets this date when one is reached.
  if (kind === 'ticket' && property === 'closed_date' && own(item, 'propertyValue') !== '')
    return known('ticket_closed')
  return {
    type: `custom:${subscription.slice(0, 128)}`,
    unknown: !documentedSubscriptions.has(subscription),
  }
}
