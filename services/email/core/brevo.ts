import {
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
import { type EventDraft, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext, Vendor } from '#runtime/channel/core/source.ts'
import type { Clock } from '#runtime/channel/core/time.ts'
import type { ConsentState } from '#runtime/event/event.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'
import {
  answerFor,
  type ContactContent,
  itemPerAddress,
  listsOf,
  namesSeveral,
  readContent,
} from './brevo-contact.ts'
import { messageProperties, readCustom } from './brevo-message.ts'
import { readBrevoTime } from './brevo-time.ts'
import { brevoType, brevoTypes, isDocumented, isOfContact, isProxyOpen } from './brevo-types.ts'
import { shortMark } from './short-mark.ts'

/**
 * Brevo gives events no ids (`id` is the webhook's). A message may go to several people under one id, a campaign has none but its own,
 * so that the recipient is part of what makes an event; a retry repeats all of these. An address in an id is sealed on its way.
 */
function messageEventId(item: Fields, event: string, { at }: Clock): string | null {
  const camp = idText(own(item, 'camp_id'), 'camp_id')
  const message = ownText(item, 'message-id') ?? (isRejection(camp) ? undefined : camp)
  const email = ownText(item, 'email')
  if (message === undefined || email === undefined) return null
  const url = ownText(item, 'link') ?? ownText(item, 'URL')
  const link = url === undefined ? '' : `/${shortMark(url)}`
  return `${event}/${message}/${email}/${at}${link}`
}

function machineOf(
  item: Fields,
  event: string,
  type: EventType,
  context: DraftContext,
): string | null {
  if (isProxyOpen(event)) return 'privacy_proxy'
  return type === 'email_opened' || type === 'email_clicked'
    ? mailMachine(ownText(item, 'user_agent'), context.botCheck)
    : null
}

/** Who unsubscribes leaves the lists that the campaign was sent to, and Brevo writes to them no more. */
function messageConsent(
  item: Fields,
  type: EventType,
  context: DraftContext,
): Readonly<Record<string, ConsentState>> | Rejection {
  if (type === 'email_complained') return answerFor(['email_marketing'], 'denied', context)
  if (type !== 'email_unsubscribed') return {}
  const lists = listsOf(item, context)
  return isRejection(lists) ? lists : answerFor(['email_marketing', ...lists], 'denied', context)
}

type Reading = Pick<EventDraft, 'eventId' | 'identifiers' | 'traits' | 'consent' | 'properties'>

function readMessage(
  item: Fields,
  event: string,
  clock: Clock,
  context: DraftContext,
): Reading | Rejection {
  const custom = readCustom(item)
  const identifiers = mailIdentifiers(own(item, 'email'), [custom], context.identifierTypes)
  if (isRejection(identifiers)) return identifiers
  const consent = messageConsent(item, brevoType(event), context)
  if (isRejection(consent)) return consent
  const copier = context.copier()
  const properties = messageProperties(item, event, custom, copier)
  if (copier.failure) return copier.failure
  const eventId = messageEventId(item, event, clock)
  return { eventId, identifiers, traits: {}, consent, properties }
}

/** A contact may change more than once a second: what became of it is part of what makes an event. */
function contactEventId(
  item: Fields,
  event: string,
  { at }: Clock,
  lists: readonly string[],
  { identifiers, traits }: ContactContent,
): string | null {
  const email = ownText(item, 'email')
  if (email === undefined) return null
  const mark = shortMark(JSON.stringify([lists, identifiers, traits]))
  return `${event}/${email}/${at}/${mark}`
}

function readContact(
  item: Fields,
  event: string,
  clock: Clock,
  context: DraftContext,
): Reading | Rejection {
  const lists = listsOf(item, context)
  if (isRejection(lists)) return lists
  const content = readContent(item, context)
  if (isRejection(content)) return content
  const person = mailIdentifiers(own(item, 'email'), [], context.identifierTypes)
  if (isRejection(person)) return person
  const copier = context.copier()
  const properties = mailProperties(
    { recipient: own(item, 'email'), messageId: undefined },
    [{ list_id: own(item, 'list_id'), changed_by: own(item, 'api_key_name') }],
    copier,
  )
  if (copier.failure) return copier.failure
  return {
    eventId: contactEventId(item, event, clock, lists, content),
    identifiers: [...person, ...content.identifiers],
    traits: content.traits,
    consent: brevoType(event) === 'email_subscribed' ? answerFor(lists, 'granted', context) : {},
    properties,
  }
}

const contactTypes: ReadonlySet<string> = new Set([
  'list_addition',
  'listAddition',
  'contact_updated',
  'contact_deleted',
])

export const brevo: Vendor = {
  name: 'brevo',
  catalogue: {
    documentation: 'https://developers.brevo.com/docs/transactional-webhooks',
    types: brevoTypes,
    nameOf: (item) => ownText(item, 'event'),
  },
  detects: (item) => {
    const event = ownText(item, 'event')
    return (
      event !== undefined &&
      (own(item, 'ts_event') !== undefined ||
        own(item, 'ts_epoch') !== undefined ||
        own(item, 'camp_id') !== undefined ||
        (own(item, 'message-id') !== undefined && own(item, 'date') !== undefined) ||
        (own(item, 'key') !== undefined && contactTypes.has(event)) ||
        (isDocumented(event) &&
          own(item, 'email') !== undefined &&
          (own(item, 'date') !== undefined || own(item, 'ts') !== undefined)))
    )
  },
  split(record) {
    const items = listOrOne(record)
    return isRejection(items) || !items.some(namesSeveral) ? items : items.flatMap(itemPerAddress)
  },
  draft(item, context) {
    const event = ownText(item, 'event')
    if (event === undefined) return reject('missing_field', 'event')
    const clock = readBrevoTime(item)
    if (isRejection(clock)) return clock
    const type = brevoType(event)
    const reading = isOfContact(type)
      ? readContact(item, event, clock, context)
      : readMessage(item, event, clock, context)
    if (isRejection(reading)) return reading
    return {
      ...reading,
      source: null,
      type,
      occurredAt: clock.at,
      zoneless: clock.zoneless,
      traitKind: null,
      machine: machineOf(item, event, type, context),
      unknownType: isDocumented(event) ? null : event,
    }
  },
}
