import { purposeOf } from '#runtime/channel/core/consent.ts'
import {
  asList,
  type Copier,
  type Fields,
  idText,
  isFields,
  isRejection,
  listOrOne,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { mailIdentifiers } from '#runtime/channel/core/mail/identifiers.ts'
import { mailMachine } from '#runtime/channel/core/mail/machine.ts'
import { mailProperties } from '#runtime/channel/core/mail/properties.ts'
import type { Refusal } from '#runtime/channel/core/mail/refusal.ts'
import { type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext, Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { ConsentState, JsonValue } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'
import { addressOf } from './address.ts'
import { codeOf, readFailure } from './mailgun-failure.ts'
import { putRenamed, type Renaming } from './renamed.ts'

const documentation = 'https://documentation.mailgun.com/docs/mailgun/user-manual/events/events'

/** Mailgun's events, the same in webhooks and in the events API. `failed` has three meanings: see `readFailure`. */
const mailgunTypes = {
  accepted: 'email_sent',
  rejected: 'email_rejected',
  delivered: 'email_delivered',
  failed: 'email_bounced',
  opened: 'email_opened',
  clicked: 'email_clicked',
  unsubscribed: 'email_unsubscribed',
  complained: 'email_complained',
  stored: 'custom:stored',
  list_member_uploaded: 'email_subscribed',
  list_member_upload_error: 'custom:list_member_upload_error',
  list_uploaded: 'custom:list_uploaded',
  email_validation: 'custom:email_validation',
} as const satisfies Readonly<Record<string, EventType>>

const isDocumented = (name: string): name is keyof typeof mailgunTypes =>
  Object.hasOwn(mailgunTypes, name)

interface Meaning {
  readonly type: EventType
  readonly refusal?: Partial<Refusal>
}

function meaningOf(item: Fields, event: string): Meaning {
  if (!isDocumented(event)) return { type: `custom:${event.slice(0, 128)}` }
  switch (event) {
    case 'failed':
      return readFailure(item)
    case 'rejected':
      return { type: 'email_rejected', refusal: { rejectReason: 'other' } }
    case 'list_member_uploaded':
      return { type: isUnsubscribed(item) ? 'email_unsubscribed' : mailgunTypes[event] }
    default:
      return { type: mailgunTypes[event] }
  }
}

/** A member may be put on a list as one who has left it. */
const isUnsubscribed = (item: Fields): boolean => {
  const member = ownFields(item, 'member')
  return member !== undefined && own(member, 'subscribed') === false
}

/** Whom an event is about. Rejected and stored messages name no recipient; who wrote a stored one is known by its headers. */
function personOf(item: Fields, event: string, headers: Fields | undefined): string | undefined {
  const member = ownFields(item, 'member')
  if (event === 'list_member_uploaded' && member) return ownText(member, 'address')
  if (event === 'stored') return headers && addressOf(ownText(headers, 'from'))
  return (
    ownText(item, 'recipient') ??
    (event === 'rejected' && headers ? addressOf(ownText(headers, 'to')) : undefined)
  )
}

const itemNames: Renaming = [
  ['severity', 'severity'],
  ['reason', 'reason'],
  ['recipient-provider', 'recipient_provider'],
  ['upserted-count', 'upserted_count'],
  ['failed-count', 'failed_count'],
]
const statusNames: Renaming = [
  ['attempt-no', 'attempt'],
  ['retry-seconds', 'retry_seconds'],
  ['mx-host', 'mx_host'],
]
const clientNames: Renaming = [
  ['client-type', 'client_type'],
  ['client-name', 'client_name'],
  ['client-os', 'client_os'],
  ['device-type', 'device_type'],
  ['bot', 'bot'],
]
const placeNames: Renaming = [
  ['country', 'country'],
  ['region', 'region'],
  ['city', 'city'],
]

function extrasOf(item: Fields, status: Fields | undefined, client: Fields | undefined): Fields {
  const out: Record<string, unknown> = {}
  putRenamed(out, item, itemNames)
  putRenamed(out, status, statusNames)
  putRenamed(out, client, clientNames)
  putRenamed(out, ownFields(item, 'geolocation'), placeNames)
  putRenamed(out, ownFields(item, 'reject'), [['reason', 'reason']])
  const flags = ownFields(item, 'flags')
  if (flags && own(flags, 'is-test-mode') === true) out['test_mode'] = true
  const list = listOf(item)
  if (list !== undefined) out['list_id'] = list
  return out
}

/** Campaigns are no longer made, but old ones live on: their names, or objects that have one. */
function campaignOf(item: Fields): unknown {
  const [first] = asList(own(item, 'campaigns')) ?? []
  return isFields(first) ? (own(first, 'name') ?? own(first, 'id')) : first
}

function listOf(item: Fields): string | undefined {
  const list = ownFields(item, 'mailing-list')
  return list && (ownText(list, 'list-id') ?? ownText(list, 'address'))
}

function readProperties(
  item: Fields,
  recipient: string | undefined,
  headers: Fields | undefined,
  refusal: Partial<Refusal> | undefined,
  copier: Copier,
): Record<string, JsonValue> {
  const status = ownFields(item, 'delivery-status')
  const client = ownFields(item, 'client-info')
  return mailProperties(
    {
      recipient,
      messageId: headers && own(headers, 'message-id'),
      tags: own(item, 'tags'),
      campaign: campaignOf(item),
      subject: headers && own(headers, 'subject'),
      url: own(item, 'url'),
      userAgent: client && own(client, 'user-agent'),
      ip: own(item, 'ip'),
      status: status && (ownText(status, 'enhanced-code') ?? codeOf(status)),
      response: status && (ownText(status, 'message') ?? own(status, 'description')),
      refusal,
    },
    [ownFields(item, 'user-variables'), extrasOf(item, status, client)],
    copier,
  )
}

/**
 * An unsubscribe does not say whether its link meant the list or everything: both are denied. What the sender uploads is no answer of the
 * person, so that a member put on a list grants nothing; one put there as unsubscribed is taken at the sender's word.
 */
function readConsent(
  item: Fields,
  event: string,
  purposes: Readonly<Record<string, string>>,
): Readonly<Record<string, ConsentState>> {
  const list = listOf(item)
  const leaves = event === 'unsubscribed' || event === 'complained'
  if (!leaves && !(event === 'list_member_uploaded' && isUnsubscribed(item))) return {}
  const out: Record<string, ConsentState> = {}
  if (leaves) out[purposeOf('email_marketing', purposes)] = 'denied'
  if (list !== undefined) out[purposeOf(`list:${list}`, purposes)] = 'denied'
  return out
}

/** Mailgun's own detection of bots comes first: `apple` is the privacy proxy, `gmail` and `generic` are scanners. */
function readMachine(item: Fields, event: string, context: DraftContext): string | null {
  const client =
    event === 'opened' || event === 'clicked' ? ownFields(item, 'client-info') : undefined
  if (client === undefined) return null
  const bot = ownText(client, 'bot')
  if (bot !== undefined) return bot === 'apple' ? 'privacy_proxy' : 'bot'
  if (ownText(client, 'client-type') === 'robot') return 'robot'
  return mailMachine(ownText(client, 'user-agent'), context.botCheck)
}

/** Seconds with a fraction; the Logs API, which replaces the events API, writes ISO into `@timestamp`. */
function timeOf(item: Fields): EpochMs | Rejection {
  const logged = own(item, '@timestamp')
  return own(item, 'timestamp') === undefined && logged !== undefined
    ? readTime(logged, { format: 'iso', zone: 'utc' }, '@timestamp')
    : readTime(own(item, 'timestamp'), { format: 'seconds', zone: 'utc' }, 'timestamp')
}

/**
 * `id` is "guaranteed to be unique within a day", so that the day belongs to it. The signature's token is no id: the events API, which
 * tells of the same events, has none.
 */
function idOf(item: Fields, occurredAt: EpochMs): string | null | Rejection {
  const id = idText(own(item, 'id'), 'id')
  if (id === undefined || isRejection(id)) return id ?? null
  return `${id}/${Math.floor(occurredAt / 86_400_000)}`
}

/** A webhook's envelope, a page of the events API, or an event by itself. */
function eventsOf(entry: unknown): readonly unknown[] {
  if (!isFields(entry)) return [entry]
  return asList(own(entry, 'items')) ?? [ownFields(entry, 'event-data') ?? entry]
}

const looksLikeEvent = (item: unknown): boolean =>
  isFields(item) &&
  ownText(item, 'event') !== undefined &&
  (own(item, 'log-level') !== undefined ||
    own(item, 'recipient-domain') !== undefined ||
    ownText(item, 'recipient') !== undefined)

export const mailgun: Vendor = {
  name: 'mailgun',
  catalogue: { documentation, types: mailgunTypes, nameOf: (item) => ownText(item, 'event') },
  detects: (item) =>
    ownFields(item, 'event-data') !== undefined ||
    looksLikeEvent(item) ||
    looksLikeEvent(asList(own(item, 'items'))?.[0]),
  split(record) {
    const entries = listOrOne(record)
    return isRejection(entries) ? entries : entries.flatMap(eventsOf)
  },
  draft(item, context) {
    const event = ownText(item, 'event')
    if (event === undefined) return reject('missing_field', 'event')
    const occurredAt = timeOf(item)
    if (isRejection(occurredAt)) return occurredAt
    const eventId = idOf(item, occurredAt)
    if (isRejection(eventId)) return eventId
    const message = ownFields(item, 'message')
    const headers = message && ownFields(message, 'headers')
    const person = personOf(item, event, headers)
    const identifiers = mailIdentifiers(
      person,
      [ownFields(item, 'user-variables')],
      context.identifierTypes,
    )
    if (isRejection(identifiers)) return identifiers
    const { type, refusal } = meaningOf(item, event)
    const copier = context.copier()
    const recipient = event === 'stored' ? undefined : person
    const properties = readProperties(item, recipient, headers, refusal, copier)
    if (copier.failure) return copier.failure
    return {
      eventId,
      source: null,
      type,
      occurredAt,
      identifiers,
      traits: {},
      traitKind: null,
      consent: readConsent(item, event, context.source.consentPurposes),
      machine: readMachine(item, event, context),
      properties,
      unknownType: isDocumented(event) ? null : event,
    }
  },
}
