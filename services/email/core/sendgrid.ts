import { purposeOf } from '#runtime/channel/core/consent.ts'
import {
  type Copier,
  type Fields,
  idText,
  isRejection,
  isSafeName,
  listOrOne,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { mailIdentifiers } from '#runtime/channel/core/mail/identifiers.ts'
import { mailMachine } from '#runtime/channel/core/mail/machine.ts'
import { mailProperties } from '#runtime/channel/core/mail/properties.ts'
import type { Refusal, RejectReason } from '#runtime/channel/core/mail/refusal.ts'
import { reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext, Vendor } from '#runtime/channel/core/source.ts'
import { readTime, type TimeFormat } from '#runtime/channel/core/time.ts'
import type { ConsentState, JsonValue, Scalar } from '#runtime/event/event.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'

/**
 * Twilio SendGrid's Event Webhook: each request is a list of events.
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
 */
export const sendgridTypes = {
  processed: 'email_sent',
  delivered: 'email_delivered',
  deferred: 'email_deferred',
  bounce: 'email_bounced',
  dropped: 'email_rejected',
  open: 'email_opened',
  click: 'email_clicked',
  spamreport: 'email_complained',
  unsubscribe: 'email_unsubscribed',
  group_unsubscribe: 'email_unsubscribed',
  group_resubscribe: 'email_subscribed',
  account_status_change: 'custom:account_status_change',
} as const satisfies Readonly<Record<string, EventType>>

type SendgridEvent = keyof typeof sendgridTypes

const isDocumented = (name: string): name is SendgridEvent => Object.hasOwn(sendgridTypes, name)

const dropReasons: ReadonlyMap<string, RejectReason> = new Map(
  Object.entries({
    'bounced address': 'bounced',
    'unsubscribed address': 'unsubscribed',
    'spam reporting address': 'spam',
    'spam content': 'spam',
    'spam content (if spam checker app enabled)': 'spam',
    invalid: 'invalid',
    'invalid smtpapi header': 'invalid',
  } as const),
)

/** `type` says whether the address is bad (bounce), the message was refused (blocked) or given up after 72 hours (expired). */
function classifyBounce(item: Fields): Refusal {
  const status = ownText(item, 'status') ?? ''
  const type = ownText(item, 'type')
  if (type === 'blocked') return { bounceClass: 'block', rejectReason: 'blocked' }
  if (type === 'expired') return { bounceClass: 'soft', rejectReason: 'timed_out' }
  return { bounceClass: status.startsWith('4') ? 'soft' : 'hard', rejectReason: 'bounced' }
}

/** Fields that have a name of ours, or say nothing beside it; any other is one of the sender's own arguments. */
const ownNames: ReadonlySet<string> = new Set([
  'email',
  'event',
  'timestamp',
  'sg_event_id',
  'sg_message_id',
  'sg_machine_open',
  'type',
  'unique_args',
  'category',
  'newsletter',
  'useragent',
  'url',
  'ip',
  'status',
  'response',
  'smtp-id',
])

/** The sender's own arguments, which stand among SendGrid's fields; nearly always none. */
function senderFields(item: Fields): Fields | undefined {
  let found: Record<string, unknown> | undefined
  for (const name of Object.keys(item))
    if (!ownNames.has(name) && isSafeName(name)) (found ??= {})[name] = item[name]
  return found
}

function refusalOf(item: Fields, event: string): Partial<Refusal> | undefined {
  if (event === 'bounce') return classifyBounce(item)
  if (event !== 'dropped') return undefined
  const reason = (ownText(item, 'reason') ?? '').toLowerCase()
  return { rejectReason: dropReasons.get(reason) ?? 'other' }
}

/** @param read Properties that somebody reads; null: all are asked for. */
function readProperties(
  item: Fields,
  event: string,
  copier: Copier,
  read: ReadonlySet<string> | null,
): Record<string, JsonValue> {
  return mailProperties(
    {
      recipient: own(item, 'email'),
      messageId: own(item, 'sg_message_id'),
      tags: own(item, 'category'),
      campaign: own(item, 'campaign') ?? own(item, 'marketing_campaign_name'),
      url: own(item, 'url'),
      userAgent: own(item, 'useragent'),
      ip: own(item, 'ip'),
      status: own(item, 'status'),
      response: own(item, 'response'),
      refusal: refusalOf(item, event),
    },
    [ownFields(item, 'unique_args'), senderFields(item), { smtp_id: own(item, 'smtp-id') }],
    copier,
    read,
  )
}

const noAnswers: Readonly<Record<string, ConsentState>> = {}

function readConsent(
  item: Fields,
  event: string,
  context: DraftContext,
): Readonly<Record<string, ConsentState>> {
  const purposes = context.source.consentPurposes
  const group = own(item, 'asm_group_id')
  const groupPurpose = (): string =>
    purposeOf(
      `group:${typeof group === 'number' || typeof group === 'string' ? group : ''}`,
      purposes,
    )
  switch (event) {
    case 'unsubscribe':
    case 'spamreport':
      return { [purposeOf('email_marketing', purposes)]: 'denied' }
    case 'group_unsubscribe':
      return { [groupPurpose()]: 'denied' }
    case 'group_resubscribe':
      return { [groupPurpose()]: 'granted' }
    default:
      return noAnswers
  }
}

/** Apple's privacy proxy and scanners fetch every image unseen. */
function readMachine(item: Fields, event: string, context: DraftContext): string | null {
  const told = own(item, 'sg_machine_open')
  if (told === true || told === 'true') return 'machine_open'
  return event === 'open' || event === 'click'
    ? mailMachine(ownText(item, 'useragent'), context.botCheck)
    : null
}

/** Without SendGrid's own ids, as old or trimmed events are: nobody else calls the time of an `email` that. */
const looksStripped = (item: Fields): boolean =>
  isDocumented(ownText(item, 'event') ?? '') &&
  own(item, 'email') !== undefined &&
  own(item, 'timestamp') !== undefined

const unixSeconds: TimeFormat = { format: 'seconds', zone: 'utc' }
const noTraits: Readonly<Record<string, Scalar>> = {}

export const sendgrid: Vendor = {
  name: 'sendgrid',
  catalogue: {
    documentation: 'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event',
    types: sendgridTypes,
    nameOf: (item) => ownText(item, 'event'),
  },
  detects: (item) =>
    own(item, 'sg_event_id') !== undefined ||
    own(item, 'sg_message_id') !== undefined ||
    looksStripped(item),
  split: listOrOne,
  draft(item, context) {
    const event = ownText(item, 'event')
    if (event === undefined) return reject('missing_field', 'event')
    const occurredAt = readTime(own(item, 'timestamp'), unixSeconds, 'timestamp')
    if (isRejection(occurredAt)) return occurredAt
    const identifiers = mailIdentifiers(
      own(item, 'email'),
      [item, ownFields(item, 'unique_args')],
      context.identifierTypes,
    )
    if (isRejection(identifiers)) return identifiers
    const eventId = idText(own(item, 'sg_event_id'), 'sg_event_id')
    if (isRejection(eventId)) return eventId
    const copier = context.copier()
    // What identifies an event by its content may not hang on what the pipeline file happens to read.
    const read = eventId === undefined ? null : context.propertiesRead
    const properties = readProperties(item, event, copier, read)
    if (copier.failure) return copier.failure
    const known = isDocumented(event)
    return {
      eventId: eventId ?? null,
      source: null,
      type: known ? sendgridTypes[event] : `custom:${event.slice(0, 128)}`,
      occurredAt,
      identifiers,
      traits: noTraits,
      traitKind: null,
      consent: readConsent(item, event, context),
      machine: readMachine(item, event, context),
      properties,
      unknownType: known ? null : event,
    }
  },
}
