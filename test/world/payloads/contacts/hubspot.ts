import type { Random } from '../../random.ts'
import { entryOf, normalEmail, normalPhone, type Told } from '../told.ts'
import type { ContactAct } from './kinds.ts'

/** One notification of a HubSpot webhook batch (HubSpot, Webhooks API: subscription types and payloads). */
export function hubspotEvent(random: Random, act: ContactAct): Told {
  const { person } = act
  const [primary = '0', second] = person.crmIds
  const crmId =
    second !== undefined && act.kind !== 'contact_merge' && random.chance(0.5) ? second : primary
  const notification = random.int(2 ** 31)
  const common = {
    eventId: notification,
    subscriptionId: 8_796_979,
    portalId: 62_515,
    appId: 1_160_452,
    occurredAt: act.at,
    attemptNumber: 0,
    objectId: Number(crmId),
    changeSource: 'CRM',
  }
  const told = (
    subscriptionType: string,
    type: string,
    rest: { readonly propertyName?: string; readonly [field: string]: unknown },
    identifiers: readonly (readonly [string, string])[],
    traits: Record<string, string> = {},
  ): Told => ({
    payload: { ...common, subscriptionType, ...rest },
    entry: entryOf(act, {
      id: [subscriptionType, crmId, notification, act.at, rest.propertyName ?? ''].join('/'),
      source: 'hubspot',
      channel: 'crm',
      type,
      identifiers: [['crm_id', crmId], ...identifiers],
      traits,
    }),
  })
  switch (act.kind) {
    case 'contact_created':
      return told('contact.creation', 'contact_created', {}, [])
    case 'contact_email':
      return told(
        'contact.propertyChange',
        'contact_updated',
        { propertyName: 'email', propertyValue: act.typedEmail },
        [['email', normalEmail(act.typedEmail)]],
      )
    case 'contact_phone': {
      const { phone } = person
      return phone === null
        ? told(
            'contact.propertyChange',
            'contact_updated',
            { propertyName: 'firstname', propertyValue: person.firstName },
            [],
          )
        : told(
            'contact.propertyChange',
            'contact_updated',
            { propertyName: 'phone', propertyValue: normalPhone(phone) },
            [['phone', normalPhone(phone)]],
          )
    }
    case 'contact_tier':
      return told(
        'contact.propertyChange',
        'contact_updated',
        { propertyName: 'loyalty_tier', propertyValue: person.tier },
        [],
        { loyalty_tier: person.tier },
      )
    case 'contact_merge':
      return told(
        'contact.merge',
        'contact_merged',
        {
          primaryObjectId: Number(primary),
          mergedObjectIds: [Number(second ?? primary)],
          newObjectId: Number(primary),
          numberOfPropertiesMoved: 3,
        },
        second === undefined ? [] : [['crm_id', second]],
      )
    default:
      return act.kind satisfies never
  }
}
