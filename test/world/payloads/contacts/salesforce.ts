import type { Random } from '../../random.ts'
import { entryOf, normalEmail, normalPhone, type Told } from '../told.ts'
import type { ContactAct } from './kinds.ts'

// Field names and values: Salesforce, Change Data Capture Developer Guide (ChangeEventHeader; Contact).

/** One change event of a contact, as CometD delivers it. */
export function salesforceEvent(random: Random, act: ContactAct): Told {
  const { person } = act
  const id = person.crmIds[0] ?? ''
  const transactionKey = `${random.hex(8)}-${random.hex(4)}-${random.hex(4)}-${random.hex(4)}-${random.hex(12)}`
  const created = act.kind === 'contact_created'
  const { fields, identifiers, traits } = changeOf(act)
  return {
    payload: {
      schema: 'IeRuaY6cbI_HsV8Rv1Mc5g',
      payload: {
        ChangeEventHeader: {
          entityName: 'Contact',
          recordIds: [id],
          changeType: created ? 'CREATE' : 'UPDATE',
          changeOrigin: 'com/salesforce/api/soap/60.0;client=Workbench/',
          transactionKey,
          sequenceNumber: 1,
          commitTimestamp: act.at,
          commitNumber: random.int(2 ** 31),
          commitUser: '0055f000005mc66AAA',
          nulledFields: [],
          diffFields: [],
          changedFields: Object.keys(fields),
        },
        ...fields,
        LastModifiedDate: new Date(act.at).toISOString(),
      },
      event: { replayId: random.int(2 ** 31) },
    },
    entry: entryOf(act, {
      id: `${transactionKey}/1/Contact ${created ? 'CREATE' : 'UPDATE'}/${id}`,
      source: 'salesforce',
      channel: 'crm',
      type: created ? 'contact_created' : 'contact_updated',
      identifiers: [['crm_id', id], ...identifiers],
      traits,
    }),
  }
}

interface Change {
  readonly fields: Readonly<Record<string, unknown>>
  readonly identifiers: readonly (readonly [string, string])[]
  readonly traits: Readonly<Record<string, string>>
}

function changeOf({ kind, person, typedEmail }: ContactAct): Change {
  switch (kind) {
    case 'contact_email':
      return {
        fields: { Email: typedEmail },
        identifiers: [['email', normalEmail(typedEmail)]],
        traits: {},
      }
    case 'contact_phone':
      return person.phone === null
        ? { fields: { Title: 'Buyer' }, identifiers: [], traits: {} }
        : {
            fields: { MobilePhone: normalPhone(person.phone) },
            identifiers: [['phone', normalPhone(person.phone)]],
            traits: {},
          }
    default:
      return { fields: { LeadSource: 'Web' }, identifiers: [], traits: {} }
  }
}
