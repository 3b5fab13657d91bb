import { purposeOf } from '#runtime/channel/core/consent.ts'
import {
  asList,
  type Fields,
  isFields,
  own,
  ownFields,
  ownText,
} from '#runtime/channel/core/fields.ts'
import {
  type Refusal,
  type RejectReason,
  refusalOfStatus,
} from '#runtime/channel/core/mail/refusal.ts'
import type { ConsentState } from '#runtime/event/event.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'
import { isSesEvent, sesEvents } from './ses-types.ts'

export interface SesMeaning {
  readonly type: EventType
  readonly refusal?: Partial<Refusal> | undefined
  readonly consent?: Readonly<Record<string, ConsentState>>
}

type Purposes = Readonly<Record<string, string>>

/** The subtypes that say more than their type. */
const subTypes: ReadonlyMap<string, Partial<Refusal>> = new Map([
  ['NoEmail', { rejectReason: 'invalid' }],
  ['OnAccountSuppressionList', { rejectReason: 'blocked' }],
  ['UnsubscribedRecipient', { rejectReason: 'unsubscribed' }],
  ['CustomTimeoutExceeded', { rejectReason: 'timed_out' }],
  ['ContentRejected', { bounceClass: 'block', rejectReason: 'spam' }],
  ['AttachmentRejected', { bounceClass: 'block', rejectReason: 'blocked' }],
])

/** `Permanent` is hard, whatever the server said: SES will not send there again. The others may be a block by their status. */
function classifyBounce(bounce: Fields, recipient: Fields): Refusal {
  const said =
    refusalOfStatus(ownText(recipient, 'status')) ??
    refusalOfStatus(ownText(recipient, 'diagnosticCode'))
  const type = ownText(bounce, 'bounceType')
  const soft: Refusal = { bounceClass: 'soft', rejectReason: 'bounced' }
  const base: Refusal =
    type === 'Permanent'
      ? { bounceClass: 'hard', rejectReason: 'bounced' }
      : type === 'Transient' && said?.bounceClass !== 'block'
        ? soft
        : (said ?? soft)
  return { ...base, ...subTypes.get(ownText(bounce, 'bounceSubType') ?? '') }
}

function complaint(about: Fields, purposes: Purposes): SesMeaning {
  // The provider says that the message is no spam after all.
  if (ownText(about, 'complaintFeedbackType') === 'not-spam') return { type: 'custom:not_spam' }
  // Nobody complains now: SES did not send, because somebody once did.
  if (ownText(about, 'complaintSubType') === 'OnAccountSuppressionList')
    return { type: 'email_rejected', refusal: { rejectReason: 'spam' } }
  return {
    type: sesEvents.Complaint,
    consent: { [purposeOf('email_marketing', purposes)]: 'denied' },
  }
}

interface Preferences {
  readonly none: boolean
  readonly topics: ReadonlyMap<string, string>
}

/** A contact list has at most 20 topics. */
const topicsMax = 100

function preferencesOf(about: Fields, name: string): Preferences {
  const fields = ownFields(about, name)
  const topics = new Map<string, string>()
  const listed = (fields && asList(own(fields, 'topicSubscriptionStatus'))) ?? []
  for (const entry of listed.slice(0, topicsMax)) {
    const topic = isFields(entry) ? ownText(entry, 'topicName') : undefined
    if (isFields(entry) && topic !== undefined)
      topics.set(topic.slice(0, 128), ownText(entry, 'subscriptionStatus') ?? '')
  }
  return { none: fields !== undefined && own(fields, 'unsubscribeAll') === true, topics }
}

/** Topics left are denied; what is granted is only what was not so before, since a default is no answer. */
function subscription(about: Fields, purposes: Purposes): SesMeaning {
  const before = preferencesOf(about, 'oldTopicPreferences')
  const now = preferencesOf(about, 'newTopicPreferences')
  const consent: Record<string, ConsentState> = {}
  let granted = before.none && !now.none
  let left = now.none
  if (left || granted) consent[purposeOf('email_marketing', purposes)] = left ? 'denied' : 'granted'
  for (const [topic, status] of now.topics) {
    const changed = before.topics.get(topic) !== status
    const purpose = purposeOf(`topic:${topic}`, purposes)
    if (status === 'OptOut') {
      consent[purpose] = 'denied'
      left ||= changed
    } else if (status === 'OptIn' && changed && !now.none) {
      consent[purpose] = 'granted'
      granted = true
    }
  }
  return { type: granted && !left ? 'email_subscribed' : sesEvents.Subscription, consent }
}

/** What an event means for one recipient. */
export function sesMeaning(
  name: string,
  about: Fields,
  recipient: Fields,
  purposes: Purposes,
): SesMeaning {
  if (!isSesEvent(name)) return { type: `custom:${name.slice(0, 128)}` }
  switch (name) {
    case 'Bounce':
      return { type: sesEvents[name], refusal: classifyBounce(about, recipient) }
    case 'Complaint':
      return complaint(about, purposes)
    case 'Subscription':
      return subscription(about, purposes)
    case 'Reject':
    case 'Rendering Failure': {
      // Rejected means that a virus was found.
      const rejectReason: RejectReason = name === 'Reject' ? 'blocked' : 'other'
      return { type: sesEvents[name], refusal: { rejectReason } }
    }
    default:
      return { type: sesEvents[name] }
  }
}
