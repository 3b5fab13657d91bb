import { type Fields, idText, isRejection, ownText } from '#runtime/channel/core/fields.ts'
import type { RawIdentifier, Rejection } from '#runtime/channel/core/outcome.ts'
import type { Change } from './salesforce-change.ts'
import { eighteen, namesAPersonRecord } from './salesforce-id.ts'
import { isPersonAccount } from './salesforce-types.ts'

type ByField = Readonly<Record<string, string>>

const ofContact: ByField = {
  Email: 'email',
  Phone: 'phone',
  MobilePhone: 'phone',
  HomePhone: 'phone',
}

/** Fields that name a person, by object. */
const identifierFields: Readonly<Record<string, ByField>> = {
  Contact: ofContact,
  Lead: ofContact,
  Account: {
    PersonEmail: 'email',
    Phone: 'phone',
    PersonMobilePhone: 'phone',
    PersonHomePhone: 'phone',
  },
  ContactPointEmail: { EmailAddress: 'email' },
  ContactPointPhone: { TelephoneNumber: 'phone' },
}

/** What somebody typed into a web form: it counts only while the case is nobody's whom the company knows. */
const ofWebToCase: ByField = { SuppliedEmail: 'email', SuppliedPhone: 'phone' }

/** Fields that name the person whom another object concerns, the surest first. */
export const references = [
  'ContactId',
  'BillToContactId',
  'CustomerAuthorizedById',
  'ShipToContactId',
  'LeadId',
  'WhoId',
  'ConsentGiverId',
  'PartyId',
  'ParentId',
  // Who relays the event may have added it.
  'contactId',
] as const

/** Whether the record is a person's own. */
export const isPerson = ({ entity, fields }: Change): boolean =>
  entity === 'Contact' ||
  entity === 'Lead' ||
  entity === 'Individual' ||
  (entity === 'Account' && isPersonAccount(fields))

const personNamedBy = (fields: Fields): string | undefined => {
  for (const name of references) {
    const id = ownText(fields, name)
    if (id !== undefined && namesAPersonRecord(id)) return eighteen(id)
  }
  return undefined
}

function addFields(out: RawIdentifier[], fields: Fields, table: ByField): void {
  for (const name of Object.keys(table)) {
    const value = ownText(fields, name)
    if (value !== undefined) out.push({ type: table[name] ?? name, value })
  }
}

/** Salesforce ends a company's own fields so; on an account, a contact's with `__pc`. */
export const customSuffix = /__p?c$/

/** `Loyalty_Card__c` carries the identifier type `loyalty_card`, if the identity policy has it. */
export function typeOfCustomField(name: string, types: ReadonlySet<string>): string | undefined {
  if (!name.endsWith('c') || !customSuffix.test(name)) return undefined
  const type = name.replace(customSuffix, '').toLowerCase()
  return types.has(type) ? type : undefined
}

function addCustomFields(
  out: RawIdentifier[],
  fields: Fields,
  types: ReadonlySet<string>,
): Rejection | null {
  for (const name of Object.keys(fields)) {
    const type = typeOfCustomField(name, types)
    if (type === undefined) continue
    const value = idText(fields[name], name)
    if (isRejection(value)) return value
    if (value !== undefined) out.push({ type, value })
  }
  return null
}

/**
 * Whom a change concerns. An account is a company's or a person's, and most events do not show which: its id is an identifier of its
 * own type, `account_id`, for companies whose identity policy has it.
 */
export function readIdentifiers(
  change: Change,
  types: ReadonlySet<string>,
): readonly RawIdentifier[] | Rejection {
  const { entity, fields, record } = change
  const own = isPerson(change)
  const id = own ? record : personNamedBy(fields)
  const out: RawIdentifier[] = id === undefined ? [] : [{ type: 'crm_id', value: id }]
  if (change.joined.length > 0) {
    for (const value of change.joined) out.push({ type: 'crm_id', value })
    return out
  }
  const account = entity === 'Account' ? record : ownText(fields, 'AccountId')
  if (account !== undefined && types.has('account_id'))
    out.push({ type: 'account_id', value: eighteen(account) })
  if (entity !== 'Account' || own)
    addFields(
      out,
      fields,
      Object.hasOwn(identifierFields, entity) ? (identifierFields[entity] ?? {}) : {},
    )
  if (entity === 'Case' && id === undefined) addFields(out, fields, ofWebToCase)
  return addCustomFields(out, fields, types) ?? out
}

/** Every field that names a person. */
export const namingFields: readonly string[] = [
  ...references,
  ...[...Object.values(identifierFields), ofWebToCase].flatMap((fields) => Object.keys(fields)),
]
