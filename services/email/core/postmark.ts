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
import { mailIdentifiers } from '#runtime/channel/core/mail/identifiers.ts'
import { mailMachine } from '#runtime/channel/core/mail/machine.ts'
import { mailProperties } from '#runtime/channel/core/mail/properties.ts'
import type { Refusal } from '#runtime/channel/core/mail/refusal.ts'
import { type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { ConsentState, JsonValue } from '#runtime/event/event.ts'
import type { EpochMs } from '#runtime/event/ids.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'
import { addressOf } from './address.ts'
import { bounceMeaning, bounceNameOf, bounceTypes } from './postmark-bounces.ts'
import { putRenamed, type Renaming } from './renamed.ts'
import { shortMark } from './short-mark.ts'

const documentation = 'https://postmarkapp.com/developer/webhooks/webhooks-overview'

const recordTypes = {
  Delivery: 'email_delivered',
  Bounce: 'email_bounced',
  SpamComplaint: 'email_complained',
  Open: 'email_opened',
  Click: 'email_clicked',
  SubscriptionChange: 'email_unsubscribed',
  SMTPApiError: 'email_rejected',
  Inbound: 'custom:Inbound',
} as const satisfies Readonly<Record<string, EventType>>

type RecordType = keyof typeof recordTypes

/** Bounces are told apart by their type: `Bounce.HardBounce`. */
const catalogueTypes: Readonly<Record<string, EventType>> = {
  ...recordTypes,
  ...Object.fromEntries(
    Object.entries(bounceTypes).map(([name, { type }]) => [`Bounce.${name}`, type] as const),
  ),
}

const isRecordType = (name: string): name is RecordType => Object.hasOwn(recordTypes, name)

/** An inbound message states no record type, and always whom it is from; nor does a bounce of the Bounce API or of older webhooks. */
function recordTypeOf(item: Fields): string | undefined {
  const stated = ownText(item, 'RecordType')
  if (stated !== undefined) return stated
  if (ownFields(item, 'FromFull')) return 'Inbound'
  return ownText(item, 'BouncedAt') === undefined ? undefined : 'Bounce'
}

function nameOf(item: Fields): string | undefined {
  const record = recordTypeOf(item)
  const bounce = record === 'Bounce' ? bounceNameOf(item) : undefined
  return bounce === undefined ? record : `Bounce.${bounce}`
}

interface Meaning {
  readonly type: EventType
  readonly refusal?: Partial<Refusal>
  readonly consent?: ConsentState
}

/**
 * Sending to the person is stopped or taken up again. A stop after a hard bounce is no wish of anybody; taking up is the person's answer
 * only where the person did it, not where the sender or Postmark's staff lifted the stop.
 */
function subscriptionMeaning(item: Fields): Meaning | Rejection {
  const suppressed = own(item, 'SuppressSending')
  if (typeof suppressed !== 'boolean') return reject('missing_field', 'SuppressSending')
  if (!suppressed) {
    const origin = ownText(item, 'Origin') ?? 'Recipient'
    return {
      type: 'email_subscribed',
      ...(origin === 'Recipient' ? { consent: 'granted' as const } : {}),
    }
  }
  return ownText(item, 'SuppressionReason') === 'HardBounce'
    ? { type: 'custom:SubscriptionChange' }
    : { type: 'email_unsubscribed', consent: 'denied' }
}

function meaningOf(item: Fields, record: string): Meaning | Rejection {
  if (!isRecordType(record)) return { type: `custom:${record.slice(0, 128)}` }
  switch (record) {
    case 'Bounce':
      return bounceMeaning(item)
    case 'SubscriptionChange':
      return subscriptionMeaning(item)
    case 'SpamComplaint':
      return { type: recordTypes[record], consent: 'denied' }
    case 'SMTPApiError':
      return bounceTypes.SMTPApiError
    default:
      return { type: recordTypes[record] }
  }
}

/** Postmark suppresses by message stream: one that the pipeline file maps is a purpose of its own, any other is marketing. */
function purposeIn(item: Fields, purposes: Readonly<Record<string, string>>): string {
  const stream = `stream:${ownText(item, 'MessageStream') ?? ''}`
  return purposeOf(Object.hasOwn(purposes, stream) ? stream : 'email_marketing', purposes)
}

const timeNames = ['DeliveredAt', 'BouncedAt', 'ReceivedAt', 'ChangedAt'] as const

/** null: none is stated. An inbound message has the clock of whoever wrote it, which is no evidence; a record type to come may name its time otherwise. */
function timeOf(item: Fields, record: string): EpochMs | null | Rejection {
  if (record === 'Inbound') return null
  const name = timeNames.find((each) => own(item, each) !== undefined)
  return name === undefined && !isRecordType(record)
    ? null
    : readTime(
        name && own(item, name),
        { format: 'iso', zone: 'utc' },
        name ?? timeNames.join(', '),
      )
}

/**
 * Bounces and complaints have an id, a number of 64 bits, which may have lost its last digits on its way through JSON (that of the
 * documentation's own example has) and is none then. For the others: the message, what happened and when to 100 ns, which a retry
 * repeats; the mark parts recipients of one message, and links clicked together.
 */
function idOf(item: Fields, record: string, person: string | undefined): string | null {
  const id = idText(own(item, 'ID'), 'ID')
  if (id !== undefined && !isRejection(id)) return id
  const message = ownText(item, 'MessageID')
  if (message === undefined) return null
  if (record === 'Inbound') return `${message}/Inbound`
  const name = timeNames.find((each) => own(item, each) !== undefined)
  const at = name === undefined ? '' : (ownText(item, name) ?? '')
  const mark = shortMark(`${person?.toLowerCase() ?? ''} ${ownText(item, 'OriginalLink') ?? ''}`)
  return `${message}/${record.slice(0, 128)}/${at.slice(0, 40)}/${mark}`
}

const personOf = (item: Fields, record: string): string | undefined => {
  if (record !== 'Inbound') return ownText(item, 'Recipient') ?? ownText(item, 'Email')
  const from = ownFields(item, 'FromFull')
  return (from && ownText(from, 'Email')) ?? addressOf(ownText(item, 'From'))
}

const itemNames: Renaming = [
  ['MessageStream', 'message_stream'],
  ['ServerID', 'server_id'],
  ['Type', 'bounce_type'],
  ['Description', 'description'],
  ['Inactive', 'inactive'],
  ['CanActivate', 'can_activate'],
  ['FirstOpen', 'first_open'],
  ['ReadSeconds', 'read_seconds'],
  ['Platform', 'platform'],
  ['ClickLocation', 'click_location'],
  ['Origin', 'origin'],
  ['SuppressionReason', 'suppression_reason'],
  ['MailboxHash', 'mailbox_hash'],
]
const placeNames: Renaming = [
  ['CountryISOCode', 'country'],
  ['Region', 'region'],
  ['City', 'city'],
]

function extrasOf(item: Fields, geo: Fields | undefined): Fields {
  const out: Record<string, unknown> = {}
  putRenamed(out, item, itemNames)
  putRenamed(out, ownFields(item, 'Client'), [['Name', 'client_name']])
  putRenamed(out, ownFields(item, 'OS'), [['Name', 'client_os']])
  putRenamed(out, geo, placeNames)
  return out
}

/** The bodies of inbound messages are left out. */
function readProperties(
  item: Fields,
  recipient: string | undefined,
  refusal: Partial<Refusal> | undefined,
  copier: Copier,
): Record<string, JsonValue> {
  const geo = ownFields(item, 'Geo')
  return mailProperties(
    {
      recipient,
      messageId: own(item, 'MessageID'),
      tags: own(item, 'Tag'),
      subject: own(item, 'Subject'),
      url: own(item, 'OriginalLink'),
      userAgent: own(item, 'UserAgent'),
      ip: geo && own(geo, 'IP'),
      response: own(item, 'Details'),
      refusal,
    },
    [ownFields(item, 'Metadata'), extrasOf(item, geo)],
    copier,
  )
}

export const postmark: Vendor = {
  name: 'postmark',
  catalogue: { documentation, types: catalogueTypes, nameOf },
  detects: (item) =>
    isRecordType(ownText(item, 'RecordType') ?? '') ||
    (own(item, 'MessageID') !== undefined && recordTypeOf(item) !== undefined),
  split: listOrOne,
  draft(item, context) {
    const record = recordTypeOf(item)
    if (record === undefined) return reject('missing_field', 'RecordType')
    const occurredAt = timeOf(item, record)
    if (isRejection(occurredAt)) return occurredAt
    const meaning = meaningOf(item, record)
    if (isRejection(meaning)) return meaning
    const person = personOf(item, record)
    const eventId = idOf(item, record, person)
    const identifiers = mailIdentifiers(
      person,
      [ownFields(item, 'Metadata')],
      context.identifierTypes,
    )
    if (isRejection(identifiers)) return identifiers
    const copier = context.copier()
    const recipient = record === 'Inbound' ? undefined : person
    const properties = readProperties(item, recipient, meaning.refusal, copier)
    if (copier.failure) return copier.failure
    return {
      eventId,
      source: null,
      type: meaning.type,
      occurredAt,
      identifiers,
      traits: {},
      traitKind: null,
      consent:
        meaning.consent === undefined
          ? {}
          : { [purposeIn(item, context.source.consentPurposes)]: meaning.consent },
      machine:
        record === 'Open' || record === 'Click'
          ? mailMachine(ownText(item, 'UserAgent'), context.botCheck)
          : null,
      properties,
      unknownType: isRecordType(record) ? null : record,
    }
  },
}
