import { purposeOf } from '#runtime/channel/core/consent.ts'
import {
  type Copier,
  type Fields,
  idText,
  isRejection,
  listOrOne,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { type RawIdentifier, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext, Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { ConsentState, JsonValue } from '#runtime/event/event.ts'
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

/** Why a message was not taken, in words that all e-mail vendors share. */
type RejectReason =
  | 'invalid'
  | 'bounced'
  | 'timed_out'
  | 'blocked'
  | 'spam'
  | 'unsubscribed'
  | 'other'

const dropReasons: Readonly<Record<string, RejectReason>> = {
  'bounced address': 'bounced',
  'unsubscribed address': 'unsubscribed',
  'spam reporting address': 'spam',
  'spam content': 'spam',
  'spam content (if spam checker app enabled)': 'spam',
  invalid: 'invalid',
  'invalid smtpapi header': 'invalid',
}

interface BounceClass {
  readonly bounceClass: 'hard' | 'soft' | 'block'
  readonly rejectReason: RejectReason
}

/** `type` says whether the address is bad (bounce), the message was refused (blocked) or given up after 72 hours (expired). */
function classifyBounce(item: Fields): BounceClass {
  const status = ownText(item, 'status') ?? ''
  const type = ownText(item, 'type')
  if (type === 'blocked') return { bounceClass: 'block', rejectReason: 'blocked' }
  if (type === 'expired') return { bounceClass: 'soft', rejectReason: 'timed_out' }
  return { bounceClass: status.startsWith('4') ? 'soft' : 'hard', rejectReason: 'bounced' }
}

/** Fields that the documentation names; any other is one of the sender's own arguments. */
const ownNames: ReadonlyMap<string, string | null> = new Map([
  ...[
    'email',
    'event',
    'timestamp',
    'sg_event_id',
    'type',
    'unique_args',
    'category',
    'newsletter',
  ].map((name): [string, null] => [name, null]),
  ['sg_message_id', 'message_id'],
  ['smtp-id', 'smtp_id'],
  ['useragent', 'user_agent'],
  ['sg_machine_open', null],
])

const recipientTypes: ReadonlySet<string> = new Set(['open', 'click'])

function readProperties(item: Fields, event: string, copier: Copier): Record<string, JsonValue> {
  const out: Record<string, JsonValue> = {}
  const put = (name: string, value: unknown): void => {
    const copied = name === '__proto__' ? undefined : copier.copy(value)
    if (copied !== undefined && copied !== null) out[name] = copied
  }
  const custom = ownFields(item, 'unique_args')
  if (custom) for (const name of Object.keys(custom)) put(name, custom[name])
  for (const name of Object.keys(item)) {
    const renamed = ownNames.get(name)
    if (renamed !== null) put(renamed ?? name, item[name])
  }
  put('recipient', own(item, 'email'))
  if (out['campaign'] === undefined) put('campaign', own(item, 'marketing_campaign_name'))
  const category = own(item, 'category')
  out['tags'] = copier.copy(Array.isArray(category) ? category : category ? [category] : []) ?? []
  if (event === 'bounce') {
    const { bounceClass, rejectReason } = classifyBounce(item)
    out['bounce_class'] = bounceClass
    out['reject_reason'] = rejectReason
  }
  if (event === 'dropped')
    out['reject_reason'] = dropReasons[(ownText(item, 'reason') ?? '').toLowerCase()] ?? 'other'
  return out
}

/** The recipient, and identifiers that the sender put into the message's own arguments (`user_id`, say). */
function readIdentifiers(
  item: Fields,
  types: ReadonlySet<string>,
): readonly RawIdentifier[] | Rejection {
  const out: RawIdentifier[] = []
  const email = ownText(item, 'email')
  if (email !== undefined) out.push({ type: 'email', value: email })
  for (const fields of [item, ownFields(item, 'unique_args')]) {
    if (!fields) continue
    for (const type of types) {
      if (type === 'email') continue
      const value = idText(own(fields, type), type)
      if (isRejection(value)) return value
      if (value !== undefined) out.push({ type, value })
    }
  }
  return out
}

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
      return {}
  }
}

/** These fetch an image when a person looks at the message: no robots here, though the list of robots has them. */
const imageProxy = /GoogleImageProxy|YahooMailProxy/

/** Apple's privacy proxy and scanners fetch every image unseen. */
function readMachine(item: Fields, event: string, context: DraftContext): string | null {
  if (own(item, 'sg_machine_open') === true) return 'machine_open'
  if (!recipientTypes.has(event)) return null
  const agent = ownText(item, 'useragent')
  return agent !== undefined && imageProxy.test(agent) ? null : context.botCheck(agent)
}

export const sendgrid: Vendor = {
  name: 'sendgrid',
  detects: (item) =>
    own(item, 'sg_event_id') !== undefined || own(item, 'sg_message_id') !== undefined,
  split: listOrOne,
  draft(item, context) {
    const event = ownText(item, 'event')
    if (event === undefined) return reject('missing_field', 'event')
    const occurredAt = readTime(
      own(item, 'timestamp'),
      { format: 'seconds', zone: 'utc' },
      'timestamp',
    )
    if (isRejection(occurredAt)) return occurredAt
    const identifiers = readIdentifiers(item, context.identifierTypes)
    if (isRejection(identifiers)) return identifiers
    const eventId = idText(own(item, 'sg_event_id'), 'sg_event_id')
    if (isRejection(eventId)) return eventId
    const copier = context.copier()
    const properties = readProperties(item, event, copier)
    if (copier.failure) return copier.failure
    const known = isDocumented(event)
    return {
      eventId: eventId ?? null,
      source: null,
      type: known ? sendgridTypes[event] : `custom:${event.slice(0, 128)}`,
      occurredAt,
      identifiers,
      traits: {},
      traitKind: null,
      consent: readConsent(item, event, context),
      machine: readMachine(item, event, context),
      properties,
      unknownType: known ? null : event,
    }
  },
}
