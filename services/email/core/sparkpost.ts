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
import { drop, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext, Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { JsonValue } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { addressOf } from './address.ts'
import { putRenamed, type Renaming } from './renamed.ts'
import {
  isSparkpostType,
  type SparkpostMeaning,
  sparkpostMeaning,
  sparkpostTypes,
} from './sparkpost-types.ts'

const documentation = 'https://developers.sparkpost.com/api/webhooks/'

const none: Fields = {}

/** The event in its wrapper, `{msys: {track_event: {…}}}`, or by itself as the events API lists it. Inbound messages state no type. */
function unwrap(item: Fields): { readonly name: string | undefined; readonly event: Fields } {
  const msys = ownFields(item, 'msys')
  if (msys === undefined) return { name: ownText(item, 'type'), event: item }
  const [wrapper] = Object.keys(msys)
  const event = (wrapper === undefined ? undefined : ownFields(msys, wrapper)) ?? none
  return {
    name: ownText(event, 'type') ?? (wrapper === 'relay_message' ? wrapper : undefined),
    event,
  }
}

/** One item of each event: a wrapper holds one by the documentation, and a page of the events API many. */
function eventsOf(entry: unknown): readonly unknown[] {
  if (!isFields(entry)) return [entry]
  const results = asList(own(entry, 'results'))
  if (results) return results
  const msys = ownFields(entry, 'msys')
  const wrappers = msys ? Object.keys(msys) : []
  if (msys === undefined || wrappers.length < 2) return [entry]
  return wrappers.map((wrapper) => ({ msys: { [wrapper]: msys[wrapper] } }))
}

/** Inbound mail is about who wrote it; all else about the recipient, whose address is only here in the sender's own spelling. */
const personOf = (event: Fields, name: string): string | undefined =>
  name.startsWith('relay_')
    ? (addressOf(ownText(event, 'msg_from')) ?? addressOf(ownText(event, 'friendly_from')))
    : (ownText(event, 'raw_rcpt_to') ?? ownText(event, 'rcpt_to'))

/** Seconds as text; events that were made on other ways, and the events API, have ISO. Inbound messages state no time. */
function timeOf(event: Fields, name: string): EpochMs | null | Rejection {
  const at = own(event, 'timestamp')
  if (at === undefined && name === 'relay_message') return null
  const format = typeof at === 'string' && at.includes(':') ? 'iso' : 'seconds'
  return readTime(at, { format, zone: 'utc' }, 'timestamp')
}

const eventNames: Renaming = [
  ['transmission_id', 'transmission_id'],
  ['template_id', 'template_id'],
  ['template_version', 'template_version'],
  ['subaccount_id', 'subaccount_id'],
  ['mailbox_provider', 'mailbox_provider'],
  ['num_retries', 'num_retries'],
  ['rcpt_type', 'rcpt_type'],
  ['target_link_name', 'link_name'],
  ['fbtype', 'complaint_feedback_type'],
  ['transactional', 'transactional'],
  ['stat_type', 'sms_stat_type'],
  ['stat_state', 'sms_stat_state'],
]
const agentNames: Renaming = [
  ['agent_family', 'client_name'],
  ['os_family', 'client_os'],
  ['device_family', 'device'],
]
const placeNames: Renaming = [
  ['country', 'country'],
  ['region', 'region'],
  ['city', 'city'],
]
const testNames: Renaming = [
  ['id', 'ab_test_id'],
  ['name', 'ab_test_name'],
  ['winning_template_id', 'winning_template_id'],
]

function extrasOf(event: Fields, name: string): Fields {
  const out: Record<string, unknown> = {}
  putRenamed(out, event, eventNames)
  putRenamed(out, ownFields(event, 'user_agent_parsed'), agentNames)
  putRenamed(out, ownFields(event, 'geo_ip'), placeNames)
  putRenamed(out, ownFields(event, 'ab_test'), testNames)
  const code = own(event, 'bounce_class')
  if (typeof code === 'string' || typeof code === 'number') out['bounce_code'] = String(code)
  if (name.endsWith('initial_open')) out['initial_open'] = true
  if (name.startsWith('amp_')) out['amp'] = true
  return out
}

/** An inbound message has no id of SparkPost's: its own, its subject and its length are what a retry is known by. */
function contentOf(event: Fields): Fields {
  const content = ownFields(event, 'content')
  if (content === undefined) return none
  const raw = own(content, 'email_rfc822')
  const headers = asList(own(content, 'headers')) ?? []
  const header = headers
    .slice(0, 200)
    .find((each) => isFields(each) && ownText(each, 'Message-ID') !== undefined)
  return {
    message_id: isFields(header) ? ownText(header, 'Message-ID') : undefined,
    subject: own(content, 'subject'),
    size: typeof raw === 'string' ? raw.length : undefined,
  }
}

/** `reason` before `raw_reason`, since it has no addresses in it. */
function readProperties(
  event: Fields,
  name: string,
  person: string | undefined,
  meaning: SparkpostMeaning,
  copier: Copier,
): Record<string, JsonValue> {
  return mailProperties(
    {
      recipient: name.startsWith('relay_') ? undefined : person,
      messageId: own(event, 'message_id'),
      tags: own(event, 'rcpt_tags'),
      campaign: own(event, 'campaign_id'),
      subject: own(event, 'subject'),
      url: own(event, 'target_link_url'),
      userAgent: own(event, 'user_agent'),
      ip: own(event, 'ip_address'),
      status: own(event, 'error_code'),
      response: own(event, 'reason') ?? own(event, 'raw_reason'),
      refusal: meaning.refusal,
    },
    [ownFields(event, 'rcpt_meta'), extrasOf(event, name), contentOf(event)],
    copier,
  )
}

/** SparkPost says itself what Apple and others fetched before anybody looked. */
function readMachine(
  event: Fields,
  meaning: SparkpostMeaning,
  context: DraftContext,
): string | null {
  if (meaning.type !== 'email_opened' && meaning.type !== 'email_clicked') return null
  const parsed = ownFields(event, 'user_agent_parsed')
  const prefetched =
    own(event, 'is_prefetched') === true || (parsed && own(parsed, 'is_prefetched') === true)
  return prefetched === true
    ? 'prefetched'
    : mailMachine(ownText(event, 'user_agent'), context.botCheck)
}

const looksLikeEvent = (item: unknown): boolean =>
  isFields(item) &&
  ownText(item, 'event_id') !== undefined &&
  ownText(item, 'type') !== undefined &&
  (own(item, 'customer_id') !== undefined || own(item, 'rcpt_to') !== undefined)

export const sparkpost: Vendor = {
  name: 'sparkpost',
  catalogue: { documentation, types: sparkpostTypes, nameOf: (item) => unwrap(item).name },
  detects: (item) =>
    ownFields(item, 'msys') !== undefined ||
    looksLikeEvent(item) ||
    looksLikeEvent(asList(own(item, 'results'))?.[0]),
  split(record) {
    const entries = listOrOne(record)
    return isRejection(entries) ? entries : entries.flatMap(eventsOf)
  },
  draft(item, context) {
    const msys = ownFields(item, 'msys')
    if (msys && Object.keys(msys).length === 0) return drop('control', 'an empty test batch')
    const { name, event } = unwrap(item)
    if (name === undefined) return reject('missing_field', 'type')
    const meaning = sparkpostMeaning(name, event)
    if (meaning === null) return drop('control', 'the outcome of a batch that was uploaded')
    const occurredAt = timeOf(event, name)
    if (isRejection(occurredAt)) return occurredAt
    // An opaque text, unique by the documentation: a large number or a UUID.
    const eventId = idText(own(event, 'event_id'), 'event_id')
    if (isRejection(eventId)) return eventId
    const person = personOf(event, name)
    const identifiers = mailIdentifiers(
      person,
      [ownFields(event, 'rcpt_meta')],
      context.identifierTypes,
    )
    if (isRejection(identifiers)) return identifiers
    const copier = context.copier()
    const properties = readProperties(event, name, person, meaning, copier)
    if (copier.failure) return copier.failure
    const purposes = context.source.consentPurposes
    return {
      eventId: eventId ?? null,
      source: null,
      type: meaning.type,
      occurredAt,
      identifiers,
      traits: {},
      traitKind: null,
      consent: meaning.consent ? { [purposeOf('email_marketing', purposes)]: meaning.consent } : {},
      machine: readMachine(event, meaning, context),
      properties,
      unknownType: isSparkpostType(name) ? null : name,
    }
  },
}
