import { purposeOf } from '#runtime/channel/core/consent.ts'
import {
  type Copier,
  type Fields,
  idText,
  isRejection,
  listOrOne,
  own,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { mailIdentifiers } from '#runtime/channel/core/mail/identifiers.ts'
import { mailMachine } from '#runtime/channel/core/mail/machine.ts'
import { mailProperties } from '#runtime/channel/core/mail/properties.ts'
import { reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext, Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { ConsentState, JsonValue } from '#runtime/event/event.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'
import { isGreylisting, mailjetRefusal } from './mailjet-refusal.ts'
import { jsonFields, otherFields } from './sender-text.ts'
import { shortMark } from './short-mark.ts'

/**
 * Mailjet's Event API: one event by itself, or with grouping (version 2) a list of them.
 * `sent` is told when the recipient's server has accepted the message.
 * https://dev.mailjet.com/email/guides/webhooks/
 */
export const mailjetTypes = {
  sent: 'email_delivered',
  open: 'email_opened',
  click: 'email_clicked',
  bounce: 'email_bounced',
  blocked: 'email_rejected',
  spam: 'email_complained',
  unsub: 'email_unsubscribed',
} as const satisfies Readonly<Record<string, EventType>>

const isDocumented = (name: string): name is keyof typeof mailjetTypes =>
  Object.hasOwn(mailjetTypes, name)

/** Fields that have a name of ours. */
const ownNames: ReadonlySet<string> = new Set([
  'email',
  'event',
  'time',
  'MessageID',
  'Message_GUID',
  'mj_message_id',
  'mj_campaign_id',
  'customcampaign',
  'CustomID',
  'Payload',
  'smtp_reply',
  'comment',
  'url',
  'ip',
  'geo',
  'agent',
])

/** Mailjet writes 0 where there is none. */
const unlessZero = (value: unknown): unknown => (value === 0 || value === '0' ? undefined : value)

/**
 * The message, which is one recipient's. `MessageID` is a number beyond 2^53, whose last digits JSON has lost by now, and so names
 * nothing; `Message_GUID` (of newer events) and `mj_message_id` (of older ones) are texts.
 */
function messageIdOf(item: Fields): string | undefined {
  const text = ownText(item, 'Message_GUID') ?? ownText(item, 'mj_message_id')
  if (text !== undefined) return text
  const id = idText(unlessZero(own(item, 'MessageID')), 'MessageID')
  return isRejection(id) ? undefined : id
}

/**
 * Mailjet gives events no ids. A message is opened, or a link of it clicked, once a second at most; a retry repeats all of these.
 * Where only the damaged number is left, the recipient tells apart what it no longer does.
 */
function eventIdOf(item: Fields, event: string, occurredAt: number): string | null {
  const url = ownText(item, 'url')
  const rest = url === undefined ? occurredAt : `${occurredAt}/${shortMark(url)}`
  const message = messageIdOf(item)
  if (message !== undefined) return `${event}/${message}/${rest}`
  const damaged = unlessZero(own(item, 'MessageID'))
  return typeof damaged === 'number'
    ? `${event}/${damaged}/${ownText(item, 'email') ?? ''}/${rest}`
    : null
}

function readProperties(
  item: Fields,
  event: string,
  sender: Fields | undefined,
  copier: Copier,
): Record<string, JsonValue> {
  return mailProperties(
    {
      recipient: own(item, 'email'),
      messageId: messageIdOf(item),
      campaign: ownText(item, 'customcampaign') ?? unlessZero(own(item, 'mj_campaign_id')),
      url: own(item, 'url'),
      userAgent: own(item, 'agent'),
      ip: own(item, 'ip'),
      response: own(item, 'smtp_reply') ?? own(item, 'comment'),
      refusal: mailjetRefusal(item, event),
    },
    [
      sender ?? { payload: own(item, 'Payload') },
      otherFields(item, ownNames),
      { custom_id: own(item, 'CustomID'), country: own(item, 'geo') },
    ],
    copier,
  )
}

/** Somebody leaves one list, or with no list named, all of them. */
function readConsent(
  item: Fields,
  event: string,
  context: DraftContext,
): Readonly<Record<string, ConsentState>> {
  if (event !== 'unsub' && event !== 'spam') return {}
  const id = idText(unlessZero(own(item, 'mj_list_id')), 'mj_list_id')
  const category =
    event === 'spam' || id === undefined || isRejection(id) ? 'email_marketing' : `list:${id}`
  return { [purposeOf(category, context.source.consentPurposes)]: 'denied' }
}

function typeOf(item: Fields, event: string): EventType {
  if (event === 'bounce' && isGreylisting(item)) return 'email_deferred'
  return isDocumented(event) ? mailjetTypes[event] : `custom:${event.slice(0, 128)}`
}

export const mailjet: Vendor = {
  name: 'mailjet',
  catalogue: {
    documentation: 'https://dev.mailjet.com/email/guides/webhooks/',
    types: mailjetTypes,
    nameOf: (item) => ownText(item, 'event'),
  },
  detects: (item) =>
    own(item, 'event') !== undefined &&
    (own(item, 'mj_contact_id') !== undefined ||
      own(item, 'mj_campaign_id') !== undefined ||
      own(item, 'Message_GUID') !== undefined ||
      // Nobody else calls the time of an `email` that.
      (own(item, 'time') !== undefined && own(item, 'email') !== undefined)),
  split: listOrOne,
  draft(item, context) {
    const event = ownText(item, 'event')
    if (event === undefined) return reject('missing_field', 'event')
    const occurredAt = readTime(own(item, 'time'), { format: 'seconds', zone: 'utc' }, 'time')
    if (isRejection(occurredAt)) return occurredAt
    const sender = jsonFields(own(item, 'Payload'))
    const identifiers = mailIdentifiers(own(item, 'email'), [sender], context.identifierTypes)
    if (isRejection(identifiers)) return identifiers
    const copier = context.copier()
    const properties = readProperties(item, event, sender, copier)
    if (copier.failure) return copier.failure
    return {
      eventId: eventIdOf(item, event, occurredAt),
      source: null,
      type: typeOf(item, event),
      occurredAt,
      identifiers,
      traits: {},
      traitKind: null,
      consent: readConsent(item, event, context),
      machine:
        event === 'open' || event === 'click'
          ? mailMachine(ownText(item, 'agent'), context.botCheck)
          : null,
      properties,
      unknownType: isDocumented(event) ? null : event,
    }
  },
}
