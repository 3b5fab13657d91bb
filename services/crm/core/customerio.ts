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
import { mailProperties } from '#runtime/channel/core/mail/properties.ts'
import { type Refusal, refusalOfStatus } from '#runtime/channel/core/mail/refusal.ts'
import { type EventDraft, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext, Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { ConsentState, JsonValue } from '#runtime/event/event.ts'
import { preferences, webhookPerson } from './customerio-person.ts'
import { draftRow } from './customerio-row.ts'
import {
  customerioTypes,
  isDocumented,
  looksLikeCustomerio,
  nameOf,
  tableOf,
  webhookName,
} from './customerio-types.ts'

/** Why a message did not arrive; Customer.io passes on what the provider wrote, and classifies nothing itself. */
function refusalOf(name: string, failure: string | undefined): Partial<Refusal> | undefined {
  switch (name) {
    case 'email.bounced':
      return refusalOfStatus(failure) ?? { bounceClass: 'hard', rejectReason: 'bounced' }
    case 'email.dropped':
    case 'email.failed':
    case 'email.undeliverable':
      return { rejectReason: 'other' }
    default:
      return undefined
  }
}

/** Fields of `data` that have a name of ours, name the person or her devices, or are the text of the message. */
const ownNames: ReadonlySet<string> = new Set([
  'customer_id',
  'identifiers',
  'email_address',
  'recipient',
  'recipients',
  'delivery_id',
  'campaign_id',
  'subject',
  'href',
  'failure_message',
  'content',
  'headers',
  'proxied',
  'prefetched',
  'machine',
])

function withoutOwn(item: Fields, data: Fields): Fields {
  const out: Record<string, unknown> = { delivery_type: own(item, 'delivery_type') }
  for (const name of Object.keys(data))
    if (!ownNames.has(name) && isSafeName(name)) out[name] = data[name]
  return out
}

function readProperties(
  item: Fields,
  data: Fields,
  name: string,
  copier: Copier,
): Record<string, JsonValue> {
  const failure = ownText(data, 'failure_message')
  return mailProperties(
    {
      recipient: own(data, 'recipient'),
      messageId: own(data, 'delivery_id'),
      campaign: own(data, 'campaign_id'),
      subject: own(data, 'subject'),
      url: own(data, 'href'),
      response: failure,
      refusal: refusalOf(name, failure),
    },
    [withoutOwn(item, data)],
    copier,
  )
}

/**
 * Whether a machine opened or clicked, as Customer.io tells it: an open that was `proxied` or `prefetched` is no person's, nor is a
 * click with `machine`. (Its counts of `human_opened` are the opens without either.)
 */
function readMachine(data: Fields): string | null {
  if (own(data, 'prefetched') === true) return 'machine_open'
  if (own(data, 'proxied') === true) return 'privacy_proxy'
  return own(data, 'machine') === true ? 'machine_click' : null
}

function readConsent(
  data: Fields,
  name: string,
  purposes: Readonly<Record<string, string>>,
): Readonly<Record<string, ConsentState>> {
  switch (name) {
    case 'customer.subscribed':
      return { [purposeOf('email_marketing', purposes)]: 'granted' }
    case 'customer.unsubscribed':
    case 'email.unsubscribed':
    case 'email.spammed':
      return { [purposeOf('email_marketing', purposes)]: 'denied' }
    case 'customer.cio_subscription_preferences_changed':
      return preferences(own(data, 'content'), purposes)
    default:
      return {}
  }
}

const noFields: Fields = {}

function draftWebhook(item: Fields, context: DraftContext): EventDraft | Rejection {
  const name = webhookName(item)
  if (name === undefined)
    return reject('missing_field', ownText(item, 'metric') === undefined ? 'metric' : 'object_type')
  const occurredAt = readTime(
    own(item, 'timestamp'),
    { format: 'seconds', zone: 'utc' },
    'timestamp',
  )
  if (isRejection(occurredAt)) return occurredAt
  const data = ownFields(item, 'data') ?? noFields
  const identifiers = webhookPerson(item, data, context.identifierTypes)
  if (isRejection(identifiers)) return identifiers
  const eventId = idText(own(item, 'event_id'), 'event_id')
  if (isRejection(eventId)) return eventId
  const copier = context.copier()
  const properties = readProperties(item, data, name, copier)
  if (copier.failure) return copier.failure
  const known = isDocumented(name)
  return {
    eventId: eventId ?? null,
    source: null,
    type: known ? customerioTypes[name] : `custom:${name.slice(0, 128)}`,
    occurredAt,
    identifiers,
    traits: {},
    traitKind: null,
    consent: readConsent(data, name, context.source.consentPurposes),
    machine: readMachine(data),
    properties,
    unknownType: known ? null : name,
  }
}

/**
 * Customer.io's reporting webhooks, one event a request, sent again for up to seven days; and rows of its data-out tables.
 * https://docs.customer.io/integrations/api/webhooks/
 */
export const customerio: Vendor = {
  name: 'customerio',
  catalogue: {
    documentation: 'https://docs.customer.io/integrations/api/webhooks/',
    types: customerioTypes,
    nameOf,
  },
  detects: looksLikeCustomerio,
  split: listOrOne,
  draft(item, context) {
    const table = tableOf(item)
    return table === undefined ? draftWebhook(item, context) : draftRow(item, table, context)
  },
}
