import { purposeOf } from '#runtime/channel/core/consent.ts'
import { own, ownText } from '#runtime/channel/core/fields.ts'
import type { ConsentState } from '#runtime/event/event.ts'
import type { Change } from './salesforce-change.ts'
import { eighteen } from './salesforce-id.ts'
import { changes } from './salesforce-types.ts'

/** Flags of a person's record that say "no" when they are set → what they refuse. */
export const optOuts: Readonly<Record<string, string>> = {
  HasOptedOutOfEmail: 'email_marketing',
  HasOptedOutOfFax: 'fax_marketing',
  DoNotCall: 'phone_marketing',
  PersonHasOptedOutOfEmail: 'email_marketing',
  PersonHasOptedOutOfFax: 'fax_marketing',
  PersonDoNotCall: 'phone_marketing',
  HasOptedOutTracking: 'tracking',
  HasOptedOutGeoTracking: 'geo_tracking',
  HasOptedOutProfiling: 'profiling',
  HasOptedOutProcessing: 'processing',
  HasOptedOutSolicit: 'marketing',
}

/**
 * A flag that is set denies. One that is taken back grants; but a new record has all its flags unset without that anybody was asked, and so
 * has an update that carries fields beside the changed ones: there an unset flag is no answer.
 */
function answerOfFlag(change: Change, flag: string): ConsentState | undefined {
  const value = own(change.fields, flag)
  if (value === undefined || !changes(change, flag)) return undefined
  if (value === true || value === 'true') return 'denied'
  const takenBack = change.changeType === 'UPDATE' && change.changed !== null
  return takenBack && (value === false || value === 'false') ? 'granted' : undefined
}

/** By what kind of contact point the company writes or calls. */
const contactPoints: Readonly<Record<string, string>> = {
  Email: 'email_marketing',
  Phone: 'phone_marketing',
  MailingAddress: 'postal_marketing',
  Social: 'social_marketing',
  Web: 'web_marketing',
}

/** What the record of a consent is about; undefined: the event does not say. */
function categoryOf({ entity, fields }: Change): string | undefined {
  const id = (name: string): string | undefined => {
    const text = ownText(fields, name)
    return text === undefined ? undefined : eighteen(text)
  }
  const purpose = id('DataUsePurposeId')
  switch (entity) {
    case 'ContactPointTypeConsent': {
      const type = ownText(fields, 'ContactPointType')
      if (type === undefined) return undefined
      if (purpose !== undefined) return `data_use_purpose:${purpose}:${type}`
      return Object.hasOwn(contactPoints, type) ? contactPoints[type] : `contact_point:${type}`
    }
    case 'ContactPointConsent': {
      if (purpose !== undefined) return `data_use_purpose:${purpose}`
      const point = id('ContactPointId')
      return point === undefined ? undefined : `contact_point:${point}`
    }
    case 'PartyConsent': {
      const action = ownText(fields, 'Action')
      return action === undefined ? undefined : `action:${action}`
    }
    case 'CommSubscriptionConsent': {
      const subscription = id('CommSubscriptionChannelTypeId')
      return subscription === undefined ? undefined : `subscription:${subscription}`
    }
    default:
      return undefined
  }
}

/** `NotSeen` and `Seen` are no answer. */
const statuses: Readonly<Record<string, ConsentState>> = { OptIn: 'granted', OptOut: 'denied' }

/** What somebody has answered, by purpose. */
export function readAnswers(
  change: Change,
  purposes: Readonly<Record<string, string>>,
): Readonly<Record<string, ConsentState>> {
  const out: Record<string, ConsentState> = {}
  for (const flag of Object.keys(optOuts)) {
    const answer = answerOfFlag(change, flag)
    if (answer !== undefined) out[purposeOf(optOuts[flag] ?? flag, purposes)] = answer
  }
  const category = categoryOf(change)
  const status = ownText(change.fields, 'PrivacyConsentStatus') ?? ''
  const answer = Object.hasOwn(statuses, status) ? statuses[status] : undefined
  if (category !== undefined && answer !== undefined) out[purposeOf(category, purposes)] = answer
  return out
}
