import {
  asList,
  type Fields,
  isFields,
  isSafeName,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import { mailMachine } from '#runtime/channel/core/mail/machine.ts'
import { type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import type { DraftContext } from '#runtime/channel/core/source.ts'
import { addressOf } from './address.ts'
import { putRenamed, type Renaming } from './renamed.ts'
import type { ResendReading } from './resend-reading.ts'
import { diagnosisOf, resendRefusal } from './resend-types.ts'
import { shortMark } from './short-mark.ts'

/** Resend takes fifty recipients. */
const recipientsMax = 100

function recipientsOf(item: Fields): readonly unknown[] {
  const to = own(ownFields(item, 'data') ?? {}, 'to')
  return asList(to) ?? (typeof to === 'string' ? [to] : [])
}

/** What one recipient did. Who of several, Resend does not say: such an event is nobody's. */
const isAct = (name: unknown): boolean => name === 'email.opened' || name === 'email.clicked'

/** Whether an item is to become one for each recipient. A message that came in is one person's, who wrote it. */
const isShared = (item: unknown): item is Fields => {
  if (!isFields(item) || own(item, 'type') === 'email.received' || isAct(own(item, 'type')))
    return false
  const { length } = recipientsOf(item)
  return length > 1 && length <= recipientsMax
}

export const splitRecipients = (items: readonly unknown[]): readonly unknown[] =>
  items.some(isShared)
    ? items.flatMap((item) =>
        isShared(item) ? recipientsOf(item).map((recipient) => ({ ...item, recipient })) : [item],
      )
    : items

/** Tags are pairs: an object in webhooks, a list of `{name, value}` in the API. */
function tagFields(tags: unknown): Fields {
  if (isFields(tags)) return tags
  const out: Record<string, unknown> = {}
  for (const tag of (asList(tags) ?? []).slice(0, 200)) {
    const name = isFields(tag) ? ownText(tag, 'name') : undefined
    if (isFields(tag) && name !== undefined && isSafeName(name)) out[name] = own(tag, 'value')
  }
  return out
}

const dataNames: Renaming = [
  ['from', 'from'],
  ['template_id', 'template_id'],
  ['message_id', 'smtp_id'],
]
const reasonNames: Renaming = [
  ['type', 'bounce_type'],
  ['subType', 'bounce_sub_type'],
]

function extrasOf(data: Fields, tags: Fields): Fields {
  const out: Record<string, unknown> = { ...tags }
  putRenamed(out, data, dataNames)
  putRenamed(out, ownFields(data, 'bounce'), reasonNames)
  putRenamed(out, ownFields(data, 'suppressed'), [['type', 'suppressed_type']])
  return out
}

/** Why it went wrong: the receiving server's words, or else Resend's. */
function responseOf(data: Fields): unknown {
  const bounce = ownFields(data, 'bounce')
  const suppressed = ownFields(data, 'suppressed')
  return (
    diagnosisOf(bounce) ??
    own(bounce ?? suppressed ?? {}, 'message') ??
    own(ownFields(data, 'failed') ?? {}, 'reason')
  )
}

/**
 * Resend's id of an event, `svix-id`, is a header. Its body tells events of a message apart by what happened, when, to whom and on
 * which link; a retry repeats it to the letter. An address in an id is sealed on its way.
 */
function eventIdOf(
  item: Fields,
  data: Fields,
  name: string,
  recipient: string | undefined,
): string | null {
  const message = ownText(data, 'email_id')
  const created = ownText(item, 'created_at')
  if (message === undefined || created === undefined) return null
  const url = ownText(ownFields(data, 'click') ?? {}, 'link')
  const link = url === undefined ? '' : `/${shortMark(url)}`
  return `${name}/${message}/${created}/${recipient ?? ''}${link}`
}

/** A message's event, of one recipient. */
export function readEmail(
  item: Fields,
  data: Fields,
  name: string,
  context: DraftContext,
): ResendReading | Rejection {
  const recipients = recipientsOf(item)
  if (recipients.length > recipientsMax)
    return reject('too_many_events', `to names more than ${recipientsMax} recipients`)
  const isFetch = isAct(name)
  const first =
    isFetch && recipients.length > 1 ? undefined : (own(item, 'recipient') ?? recipients[0])
  const recipient = typeof first === 'string' ? (addressOf(first) ?? first) : undefined
  const tags = tagFields(own(data, 'tags'))
  const fetched = ownFields(data, 'click') ?? ownFields(data, 'open')
  const agent = fetched && ownText(fetched, 'userAgent')
  return {
    person: recipient,
    eventId: eventIdOf(item, data, name, recipient),
    time: fetched && ownText(fetched, 'timestamp'),
    denies: name === 'email.complained',
    machine: isFetch ? mailMachine(agent, context.botCheck) : null,
    traits: {},
    // Tags of a message to several are of all of them, and name none.
    custom: recipients.length > 1 ? undefined : tags,
    extras: extrasOf(data, tags),
    facts: {
      recipient,
      messageId: own(data, 'email_id'),
      tags: Object.values(tags).slice(0, 200),
      campaign: own(data, 'broadcast_id'),
      subject: own(data, 'subject'),
      url: fetched && own(fetched, 'link'),
      userAgent: agent,
      ip: fetched && own(fetched, 'ipAddress'),
      response: responseOf(data),
      refusal: resendRefusal(data, name),
    },
  }
}

/** A message that came in. What it says is not in the event. */
export function readReceived(item: Fields, data: Fields, name: string): ResendReading {
  const extras: Record<string, unknown> = {}
  putRenamed(extras, data, dataNames)
  return {
    person: addressOf(ownText(data, 'from')),
    eventId: eventIdOf(item, data, name, undefined),
    time: undefined,
    denies: false,
    machine: null,
    traits: {},
    custom: undefined,
    extras,
    facts: {
      recipient: own(data, 'received_for') ?? own(data, 'to'),
      messageId: own(data, 'email_id'),
      subject: own(data, 'subject'),
    },
  }
}
