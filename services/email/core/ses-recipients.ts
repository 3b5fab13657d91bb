import {
  asList,
  type Fields,
  isFields,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { addressOf } from './address.ts'
import { type Opened, openEnvelope } from './ses-envelopes.ts'
import { aboutNames, isSesEvent, type SesEvent } from './ses-types.ts'

/** One event of one person, as `split` makes it of SES's event of a message. */
export interface SesItem extends Fields {
  readonly name: string | undefined
  readonly event: Fields
  /** What the event says of this recipient, if more than the address. */
  readonly recipient: Fields
  readonly address: string | undefined
  /** Place among the recipients. */
  readonly place: number
  readonly carrierId: string | undefined
  readonly carrierAt: string | undefined
  readonly unreadable: string | undefined
}

const recipientLists: Readonly<Partial<Record<SesEvent, string>>> = {
  Bounce: 'bouncedRecipients',
  Complaint: 'complainedRecipients',
  DeliveryDelay: 'delayedRecipients',
  Delivery: 'recipients',
}

/** What happened to the message happened to each of its recipients. */
const ofEveryone: ReadonlySet<string> = new Set(['Send', 'Reject', 'Rendering Failure'])

/** Twice what SES allows in one message: each recipient is an event with all that the message says. */
const recipientsMax = 100

const none: Fields = {}
const nobody: readonly unknown[] = [undefined]

export function destinationsOf(event: Fields): readonly unknown[] {
  const mail = ownFields(event, 'mail')
  return (mail && asList(own(mail, 'destination'))) ?? []
}

/**
 * Whom an event is about: its own list, or all recipients of a message that was sent or rejected. SES does not say which of several
 * recipients opened or clicked: then it is nobody whom we know, since one person's act must not become everyone's.
 */
function recipientsOf(name: string | undefined, event: Fields): readonly unknown[] {
  if (name === undefined) return nobody
  if (name === 'Received') {
    const mail = ownFields(event, 'mail')
    return [mail && ownText(mail, 'source')]
  }
  const list = isSesEvent(name) ? recipientLists[name] : undefined
  const about = isSesEvent(name) ? ownFields(event, aboutNames[name]) : undefined
  const listed = list === undefined ? undefined : about && asList(own(about, list))
  if (listed !== undefined && listed.length > 0) return listed
  const destinations = destinationsOf(event)
  if (destinations.length === 1) return destinations
  return destinations.length > 0 && ofEveryone.has(name) ? destinations : nobody
}

function itemOf(opened: Opened, recipient: unknown, place: number): SesItem {
  const fields = isFields(recipient) ? recipient : none
  const text = typeof recipient === 'string' ? recipient : ownText(fields, 'emailAddress')
  return {
    name: opened.name,
    event: opened.event,
    recipient: fields,
    address: addressOf(text) ?? text,
    place,
    carrierId: opened.carrier.id,
    carrierAt: opened.carrier.at,
    unreadable: opened.unreadable,
  }
}

/** Opens all envelopes and makes one item of each recipient, in the order of both. */
export function splitSes(record: unknown): readonly SesItem[] {
  const opened: Opened[] = []
  openEnvelope(record, opened)
  const out: SesItem[] = []
  for (const each of opened) {
    const recipients = recipientsOf(each.name, each.event)
    if (recipients.length > recipientsMax)
      out.push(
        itemOf({ ...each, unreadable: `more than ${recipientsMax} recipients` }, undefined, 0),
      )
    else
      for (const [place, recipient] of recipients.entries())
        out.push(itemOf(each, recipient, place))
  }
  return out
}
