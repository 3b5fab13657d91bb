import {
  asList,
  type Copier,
  type Fields,
  isFields,
  isRejection,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { mailHeader, mailIdentifiers } from '#runtime/channel/core/mail/identifiers.ts'
import { mailMachine } from '#runtime/channel/core/mail/machine.ts'
import { mailProperties } from '#runtime/channel/core/mail/properties.ts'
import { drop, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { JsonValue } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import { putRenamed, type Renaming } from './renamed.ts'
import { isEventBridge, isSns, typeOf } from './ses-envelopes.ts'
import { type SesMeaning, sesMeaning } from './ses-meaning.ts'
import { destinationsOf, splitSes } from './ses-recipients.ts'
import { aboutNames, isSesControl, isSesEvent, sesTypes } from './ses-types.ts'
import { tagsOf } from './ses-tags.ts'
import { shortMark } from './short-mark.ts'

const documentation =
  'https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html'

const none: Fields = {}

const aboutOf = (name: string, event: Fields): Fields =>
  (isSesEvent(name) ? ownFields(event, aboutNames[name]) : undefined) ?? none

/** Events that have no time of their own beside that of the message. */
const timedByMail: ReadonlySet<string> = new Set([
  'Send',
  'Reject',
  'Rendering Failure',
  'Received',
])

/** The time as SES wrote it; where the event has none, the message's or the envelope's. */
function timeTextOf(item: Fields, name: string, event: Fields, about: Fields): unknown {
  const mail = ownFields(event, 'mail')
  const sent = mail && own(mail, 'timestamp')
  const carried = own(item, 'carrierAt')
  if (timedByMail.has(name)) return sent ?? carried
  return own(about, 'timestamp') ?? carried ?? (isSesEvent(name) ? undefined : sent)
}

/**
 * The same through either form and any envelope: the message, what happened, the feedback's id or the time, and which recipient. The id of
 * the envelope is of use only where the event says less: SES publishes one event to several topics.
 */
function idOf(item: Fields, name: string, event: Fields, about: Fields): string | null {
  const mail = ownFields(event, 'mail')
  const message = mail && ownText(mail, 'messageId')
  const carrier = ownText(item, 'carrierId')
  const stated = ownText(about, 'feedbackId') ?? ownText(about, 'timestamp')
  const when = stated ?? (timedByMail.has(name) ? '' : carrier)
  const place = own(item, 'place')
  const address = ownText(item, 'address')?.toLowerCase() ?? ''
  const mark = `${String(place)}.${shortMark(`${address} ${ownText(about, 'link') ?? ''}`)}`
  if (message !== undefined && when !== undefined)
    return `${message}/${name.slice(0, 128)}/${when.slice(0, 128)}/${mark}`
  return carrier === undefined ? null : `${carrier}/${mark}`
}

/** The values of the tags: by them senders group messages. One that names the person does not. */
function labelsOf(tags: Fields, identifierTypes: ReadonlySet<string>): readonly unknown[] {
  const out: unknown[] = []
  for (const name of Object.keys(tags))
    if (!identifierTypes.has(name)) out.push(...(asList(tags[name]) ?? [tags[name]]))
  return out
}

const aboutRenamed: Renaming = [
  ['bounceType', 'bounce_type'],
  ['bounceSubType', 'bounce_sub_type'],
  ['complaintFeedbackType', 'complaint_feedback_type'],
  ['complaintSubType', 'complaint_sub_type'],
  ['delayType', 'delay_type'],
  ['processingTimeMillis', 'processing_time_ms'],
  ['linkTags', 'link_tags'],
  ['reason', 'reason'],
  ['errorMessage', 'reason'],
  ['templateName', 'template'],
  ['contactList', 'contact_list'],
  ['source', 'subscription_source'],
]

function extrasOf(mail: Fields | undefined, about: Fields): Fields {
  const out: Record<string, unknown> = {}
  putRenamed(out, about, aboutRenamed)
  const tags = mail && ownFields(mail, 'tags')
  const [configuration] = (tags && asList(own(tags, 'ses:configuration-set'))) ?? []
  if (typeof configuration === 'string') out['configuration_set'] = configuration
  return out
}

function readProperties(
  item: Fields,
  about: Fields,
  mail: Fields | undefined,
  tags: Fields,
  labels: readonly unknown[],
  meaning: SesMeaning,
  copier: Copier,
): Record<string, JsonValue> {
  const common = mail && ownFields(mail, 'commonHeaders')
  const recipient = ownFields(item, 'recipient') ?? none
  return mailProperties(
    {
      recipient: ownText(item, 'name') === 'Received' ? undefined : own(item, 'address'),
      messageId: mail && own(mail, 'messageId'),
      tags: labels,
      subject:
        (common && own(common, 'subject')) ?? (mail && mailHeader(own(mail, 'headers'), 'subject')),
      url: own(about, 'link'),
      userAgent: isTracked(item) ? own(about, 'userAgent') : undefined,
      ip: own(about, 'ipAddress'),
      status: own(recipient, 'status'),
      response: own(recipient, 'diagnosticCode') ?? own(about, 'smtpResponse'),
      refusal: meaning.refusal,
    },
    [tags, extrasOf(mail, about)],
    copier,
  )
}

/** A complaint has a user agent too: that of the program which reports it. */
const isTracked = (item: Fields): boolean => {
  const name = own(item, 'name')
  return name === 'Open' || name === 'Click'
}

/** A message to several people: its tags are of all of them, and name none. */
const personalTags = (event: Fields, tags: Fields): readonly Fields[] =>
  destinationsOf(event).length > 1 ? [] : [tags]

const timeOf = (item: Fields, name: string, event: Fields, about: Fields): EpochMs | Rejection =>
  readTime(timeTextOf(item, name, event, about), { format: 'iso', zone: 'utc' }, 'timestamp')

function looksLikeSes(item: unknown): boolean {
  if (!isFields(item)) return false
  const type = typeOf(item)
  if (type !== undefined) return ownFields(item, 'mail') !== undefined || isSesControl(type)
  if (isSns(item) || own(item, 'source') === 'aws.ses') return true
  const source = own(item, 'eventSource') ?? own(item, 'EventSource')
  return source === 'aws:sns' || source === 'aws:sqs'
}

/**
 * Amazon SES, through SNS or EventBridge, or either's messages as they come. A message has up to 50 recipients: each is an event of its
 * own, made in `split`.
 */
export const ses: Vendor = {
  name: 'ses',
  catalogue: { documentation, types: sesTypes, nameOf: (item) => ownText(item, 'name') },
  detects: (item) =>
    looksLikeSes(item) ||
    (isEventBridge(item) && looksLikeSes(own(item, 'detail'))) ||
    looksLikeSes(asList(own(item, 'Records'))?.[0]),
  split: splitSes,
  draft(item, context) {
    const unreadable = ownText(item, 'unreadable')
    if (unreadable !== undefined) return reject('unexpected_shape', unreadable)
    const name = ownText(item, 'name')
    if (name === undefined) return reject('missing_field', 'eventType')
    if (isSesControl(name)) return drop('control', name)
    const event = ownFields(item, 'event') ?? none
    const about = aboutOf(name, event)
    const occurredAt = timeOf(item, name, event, about)
    if (isRejection(occurredAt)) return occurredAt
    const mail = ownFields(event, 'mail')
    const tags = tagsOf(mail)
    const identifiers = mailIdentifiers(
      own(item, 'address'),
      personalTags(event, tags),
      context.identifierTypes,
    )
    if (isRejection(identifiers)) return identifiers
    const recipient = ownFields(item, 'recipient') ?? none
    const meaning = sesMeaning(name, about, recipient, context.source.consentPurposes)
    const labels = labelsOf(tags, context.identifierTypes)
    const copier = context.copier()
    const properties = readProperties(item, about, mail, tags, labels, meaning, copier)
    if (copier.failure) return copier.failure
    return {
      eventId: idOf(item, name, event, about),
      source: null,
      type: meaning.type,
      occurredAt,
      identifiers,
      traits: {},
      traitKind: null,
      consent: meaning.consent ?? {},
      machine: isTracked(item) ? mailMachine(ownText(about, 'userAgent'), context.botCheck) : null,
      properties,
      unknownType: isSesEvent(name) ? null : name,
    }
  },
}
