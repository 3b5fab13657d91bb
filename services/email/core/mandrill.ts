import { purposeOf } from '#runtime/channel/core/consent.ts'
import { type Fields, isRejection, own, ownFields, ownText } from '#runtime/channel/core/fields.ts'
import { mailIdentifiers } from '#runtime/channel/core/mail/identifiers.ts'
import { mailMachine } from '#runtime/channel/core/mail/machine.ts'
import { type MailFacts, mailProperties } from '#runtime/channel/core/mail/properties.ts'
import { drop, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext, Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import type { ConsentState } from '#runtime/event/event.ts'
import { hasEvents, isEmptyList, isMandrillForm, splitMandrill } from './mandrill-events.ts'
import {
  diagnosisOf,
  isDocumented,
  mandrillRefusal,
  mandrillType,
  mandrillTypes,
  nameOf,
} from './mandrill-types.ts'
import { putRenamed, type Renaming } from './renamed.ts'
import { shortMark } from './short-mark.ts'

/** What an item says in its own shape: of a message, of an entry of a list, or of a message that came in. */
interface Reading {
  readonly person: string | undefined
  readonly eventId: string | null
  readonly isDenied: boolean
  readonly facts: MailFacts
  readonly custom: Fields | undefined
  readonly extras: Fields
}

const messageNames: Renaming = [
  ['state', 'state'],
  ['sender', 'sender'],
  ['template', 'template'],
  ['subaccount', 'subaccount'],
  ['bounce_description', 'bounce_description'],
  ['bgtools_code', 'bgtools_code'],
]
const placeNames: Renaming = [
  ['country_short', 'country'],
  ['region', 'region'],
  ['city', 'city'],
]
const agentNames: Renaming = [
  ['type', 'client_type'],
  ['ua_family', 'client_name'],
  ['os_family', 'client_os'],
  ['mobile', 'mobile'],
]
const entryNames: Renaming = [
  ['reason', 'reason'],
  ['detail', 'detail'],
  ['created_at', 'created_at'],
  ['last_event_at', 'last_event_at'],
  ['expires_at', 'expires_at'],
  ['expired', 'expired'],
  ['subaccount', 'subaccount'],
  ['sender', 'sender'],
]

/** `_id` is the message's, the same in all its events; a retry repeats them, a batch may hold several. */
function messageEventId(item: Fields, message: Fields, name: string, at: number): string | null {
  const id = ownText(item, '_id') ?? ownText(message, '_id')
  if (id === undefined) return null
  const url = ownText(item, 'url')
  return url === undefined ? `${name}/${id}/${at}` : `${name}/${id}/${at}/${shortMark(url)}`
}

function readMessage(item: Fields, message: Fields, name: string, at: number): Reading {
  const extras: Record<string, unknown> = {}
  putRenamed(extras, message, messageNames)
  putRenamed(extras, ownFields(item, 'location'), placeNames)
  putRenamed(extras, ownFields(item, 'user_agent_parsed'), agentNames)
  return {
    person: ownText(message, 'email'),
    eventId: messageEventId(item, message, name, at),
    isDenied: name === 'spam' || name === 'unsub',
    facts: {
      recipient: own(message, 'email'),
      messageId: own(item, '_id') ?? own(message, '_id'),
      tags: own(message, 'tags'),
      subject: own(message, 'subject'),
      url: own(item, 'url'),
      userAgent: own(item, 'user_agent'),
      ip: own(item, 'ip'),
      response: diagnosisOf(message),
      refusal: mandrillRefusal(message, name),
    },
    custom: ownFields(message, 'metadata'),
    extras,
  }
}

/** An address is put on a list, changed on it or taken off: for an unsubscription or a complaint it is the person's own word. */
function readEntry(item: Fields, entry: Fields, name: string, at: number): Reading {
  const email = ownText(entry, 'email')
  const action = ownText(item, 'action')
  const reason = ownText(entry, 'reason')
  // An address may be rejected for one sender or subaccount, and for another at the same time.
  const scope = shortMark(`${ownText(entry, 'subaccount') ?? ''}/${ownText(entry, 'sender') ?? ''}`)
  const extras: Record<string, unknown> = {}
  putRenamed(extras, item, [['action', 'action']])
  putRenamed(extras, entry, entryNames)
  return {
    person: email,
    eventId: email === undefined ? null : `${name}/${action ?? ''}/${email}/${at}/${scope}`,
    isDenied: action === 'add' && (reason === 'unsub' || reason === 'spam'),
    facts: { recipient: email, messageId: undefined },
    custom: undefined,
    extras,
  }
}

/** A message that came in is somebody's who wrote it. What it says stays where it is. */
function readInbound(message: Fields, at: number): Reading {
  const id = ownText(ownFields(message, 'headers') ?? {}, 'Message-Id')
  return {
    person: ownText(message, 'from_email'),
    eventId: id === undefined ? null : `inbound/${id}/${at}`,
    isDenied: false,
    facts: {
      recipient: own(message, 'email'),
      messageId: id,
      tags: own(message, 'tags'),
      subject: own(message, 'subject'),
    },
    custom: undefined,
    extras: {
      from: own(message, 'from_email'),
      spam_score: own(ownFields(message, 'spam_report') ?? {}, 'score'),
    },
  }
}

function readItem(item: Fields, name: string, at: number): Reading | Rejection {
  const message = ownFields(item, 'msg')
  if (message)
    return name === 'inbound' ? readInbound(message, at) : readMessage(item, message, name, at)
  const entry = ownFields(item, 'reject') ?? ownFields(item, 'entry')
  if (entry) return readEntry(item, entry, name, at)
  return isDocumented(name)
    ? reject('missing_field', 'msg, reject and entry')
    : readMessage(item, {}, name, at)
}

const imageProxy = /ImageProxy|MailProxy/

/** Mandrill's own word for a robot; that it takes an image proxy for one says nothing. */
function machineOf(item: Fields, name: string, context: DraftContext): string | null {
  if (name !== 'open' && name !== 'click') return null
  const agent = ownText(item, 'user_agent')
  const parsed = ownFields(item, 'user_agent_parsed')
  const isRobot = parsed !== undefined && ownText(parsed, 'type')?.toLowerCase() === 'robot'
  if (isRobot && !imageProxy.test(agent ?? '')) return 'bot_user_agent'
  return mailMachine(agent, context.botCheck)
}

const deniedBy = (
  { isDenied }: Reading,
  context: DraftContext,
): Readonly<Record<string, ConsentState>> =>
  isDenied ? { [purposeOf('email_marketing', context.source.consentPurposes)]: 'denied' } : {}

/**
 * Mandrill (Mailchimp Transactional): a form whose parameter `mandrill_events` is a JSON list of up to 1,000 events.
 * https://mailchimp.com/developer/transactional/docs/webhooks/
 */
export const mandrill: Vendor = {
  name: 'mandrill',
  catalogue: {
    documentation: 'https://mailchimp.com/developer/transactional/docs/webhooks/',
    types: mandrillTypes,
    nameOf,
  },
  detects: (item) =>
    hasEvents(item) ||
    (ownFields(item, 'msg') !== undefined && ownText(item, 'event') !== undefined) ||
    (/^(?:black|white|deny|allow)list$/.test(ownText(item, 'type') ?? '') &&
      ownText(item, 'action') !== undefined),
  detectsText: isMandrillForm,
  split: splitMandrill,
  draft(item, context) {
    if (isEmptyList(item)) return drop('control', 'an empty list: the check of a new webhook')
    const name = nameOf(item)
    if (name === undefined) return reject('missing_field', 'event')
    const occurredAt = readTime(own(item, 'ts'), { format: 'seconds', zone: 'utc' }, 'ts')
    if (isRejection(occurredAt)) return occurredAt
    const reading = readItem(item, name, occurredAt)
    if (isRejection(reading)) return reading
    const identifiers = mailIdentifiers(reading.person, [reading.custom], context.identifierTypes)
    if (isRejection(identifiers)) return identifiers
    const copier = context.copier()
    const properties = mailProperties(reading.facts, [reading.custom, reading.extras], copier)
    if (copier.failure) return copier.failure
    return {
      eventId: reading.eventId,
      source: null,
      type: mandrillType(name),
      occurredAt,
      identifiers,
      traits: {},
      traitKind: null,
      consent: deniedBy(reading, context),
      machine: machineOf(item, name, context),
      properties,
      unknownType: isDocumented(name) ? null : name,
    }
  },
}
