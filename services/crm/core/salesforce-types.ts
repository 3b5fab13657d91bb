import { type Fields, own, ownText } from '#runtime/channel/core/fields.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'
import type { Change } from './salesforce-change.ts'

/** A gap event says that a record changed, and not how; an overflow, that more changed in one transaction than is told. */
const changeTypes = [
  'CREATE',
  'UPDATE',
  'DELETE',
  'UNDELETE',
  'GAP_CREATE',
  'GAP_UPDATE',
  'GAP_DELETE',
  'GAP_UNDELETE',
  'GAP_OVERFLOW',
] as const

type Meanings = Readonly<Record<string, EventType>>

const person: Meanings = {
  CREATE: 'contact_created',
  UPDATE: 'contact_updated',
  DELETE: 'contact_deleted',
  GAP_CREATE: 'contact_created',
  GAP_UPDATE: 'contact_updated',
  GAP_DELETE: 'contact_deleted',
}
const consent: Meanings = { CREATE: 'consent_changed', UPDATE: 'consent_changed' }

/** The objects that speak of people, and what their changes usually mean; what is not listed here is `custom:<object> <change>`. */
const entities: Readonly<Record<string, Meanings>> = {
  Contact: person,
  Lead: person,
  // Of a person account they are those of a person; which it is, only some of its events show.
  Account: {},
  Opportunity: { UPDATE: 'deal_stage_changed' },
  Case: { CREATE: 'ticket_opened', UPDATE: 'ticket_closed', GAP_CREATE: 'ticket_opened' },
  Order: { UPDATE: 'order_completed' },
  CampaignMember: {},
  Individual: consent,
  ContactPointTypeConsent: consent,
  ContactPointConsent: consent,
  PartyConsent: consent,
  CommSubscriptionConsent: consent,
  ContactPointEmail: {},
  ContactPointPhone: {},
}

const customType = (name: string): EventType => `custom:${name.slice(0, 128)}`

export const salesforceTypes: Readonly<Record<string, EventType>> = Object.fromEntries(
  Object.entries(entities).flatMap(([entity, meanings]) =>
    changeTypes.map((changeType) => {
      const name = `${entity} ${changeType}`
      return [name, meanings[changeType] ?? customType(name)] as const
    }),
  ),
)

export const isDocumented = (name: string): boolean => Object.hasOwn(salesforceTypes, name)

/** Whether the change is one of this field. Where nobody says, what an update carries has changed. */
export const changes = ({ changed, fields }: Change, field: string): boolean =>
  own(fields, field) !== undefined &&
  (changed === null || changed.some((name) => name === field || name.startsWith(`${field}.`)))

const changesTo = (change: Change, field: string, says: (text: string) => boolean): boolean =>
  changes(change, field) && says((ownText(change.fields, field) ?? '').toLowerCase())

/** The stages that mean "closed" are each company's own; by default their names begin with the word. Salesforce sets the date itself. */
const closesCase = (change: Change): boolean =>
  changesTo(change, 'Status', (text) => text.startsWith('closed')) ||
  changes(change, 'ClosedDate') ||
  (changes(change, 'IsClosed') && own(change.fields, 'IsClosed') === true)

const activatesOrder = (change: Change): boolean =>
  changesTo(change, 'Status', (text) => text === 'activated') ||
  changesTo(change, 'StatusCode', (text) => text === 'a' || text === 'activated') ||
  changes(change, 'ActivatedDate')

/** Whether an account's fields are those of a person: a company's has no first name, and nothing that begins with `Person`. */
export const isPersonAccount = (fields: Fields): boolean =>
  own(fields, 'IsPersonAccount') === true ||
  own(fields, 'LastName') !== undefined ||
  Object.keys(fields).some((name) => name.startsWith('Person') || name.endsWith('__pc'))

/** @param answers Whether the change says somebody's answer for a purpose. */
export function typeOf(change: Change, answers: boolean): EventType {
  const { entity, changeType, name, fields } = change
  if (change.joined.length > 0) return 'contact_merged'
  switch (entity) {
    case 'Account':
      return isPersonAccount(fields) && Object.hasOwn(person, changeType)
        ? (person[changeType] ?? customType(name))
        : customType(name)
    case 'Opportunity':
      return changeType === 'UPDATE' && changes(change, 'StageName')
        ? 'deal_stage_changed'
        : customType(name)
    case 'Case':
      if (changeType === 'UPDATE') return closesCase(change) ? 'ticket_closed' : customType(name)
      break
    case 'Order':
      if (changeType !== 'UPDATE' || !activatesOrder(change)) return customType(name)
      // A reduction order takes back what another one sold.
      return own(fields, 'IsReductionOrder') === true ? 'order_refunded' : 'order_completed'
    default:
  }
  const type = isDocumented(name) ? salesforceTypes[name] : undefined
  if (type === 'consent_changed' && !answers) return customType(name)
  return type ?? customType(name)
}
