import { purposeOf } from '#runtime/channel/core/consent.ts'
import {
  type Fields,
  isRejection,
  listOrOne,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { mailIdentifiers } from '#runtime/channel/core/mail/identifiers.ts'
import { mailProperties } from '#runtime/channel/core/mail/properties.ts'
import { drop, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext, Vendor } from '#runtime/channel/core/source.ts'
import { readClock } from '#runtime/channel/core/time.ts'
import { readContact } from './resend-contact.ts'
import { readEmail, readReceived, splitRecipients } from './resend-email.ts'
import type { ResendReading } from './resend-reading.ts'
import { isDocumented, resendType, resendTypes } from './resend-types.ts'

function readItem(
  item: Fields,
  data: Fields,
  name: string,
  context: DraftContext,
): ResendReading | Rejection {
  if (name === 'email.received') return readReceived(item, data, name)
  return name.startsWith('email.')
    ? readEmail(item, data, name, context)
    : readContact(item, data, name)
}

/**
 * Resend: one event a request, in the envelope of Svix.
 * https://resend.com/docs/webhooks/event-types
 */
export const resend: Vendor = {
  name: 'resend',
  catalogue: {
    documentation: 'https://resend.com/docs/webhooks/event-types',
    types: resendTypes,
    nameOf: (item) => ownText(item, 'type'),
  },
  detects: (item) =>
    /^(?:email|contact|domain|suppression)\./.test(ownText(item, 'type') ?? '') &&
    own(item, 'created_at') !== undefined &&
    ownFields(item, 'data') !== undefined,
  split(record) {
    const items = listOrOne(record)
    return isRejection(items) ? items : splitRecipients(items)
  },
  draft(item, context) {
    const name = ownText(item, 'type')
    if (name === undefined) return reject('missing_field', 'type')
    const type = resendType(name)
    if (type === 'dropped') return drop('control', 'about a domain of the sender')
    const data = ownFields(item, 'data')
    if (data === undefined) return reject('missing_field', 'data')
    const reading = readItem(item, data, name, context)
    if (isRejection(reading)) return reading
    const clock = readClock(
      reading.time ?? own(item, 'created_at'),
      { format: 'iso', zone: 'utc' },
      'created_at',
    )
    if (isRejection(clock)) return clock
    const identifiers = mailIdentifiers(reading.person, [reading.custom], context.identifierTypes)
    if (isRejection(identifiers)) return identifiers
    const copier = context.copier()
    const properties = mailProperties(reading.facts, [reading.extras], copier)
    if (copier.failure) return copier.failure
    const purpose = purposeOf('email_marketing', context.source.consentPurposes)
    return {
      eventId: reading.eventId,
      source: null,
      type,
      occurredAt: clock.at,
      zoneless: clock.zoneless,
      identifiers,
      traits: reading.traits,
      traitKind: null,
      consent: reading.denies ? { [purpose]: 'denied' } : {},
      machine: reading.machine,
      properties,
      unknownType: isDocumented(name) ? null : name,
    }
  },
}
