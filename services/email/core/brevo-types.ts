import { type Fields, ownText } from '#runtime/channel/core/fields.ts'
import {
  type Refusal,
  type RejectReason,
  refusalOfStatus,
} from '#runtime/channel/core/mail/refusal.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'

/**
 * What Brevo calls things in its payloads, and in its API where one subscribes to them: the pages differ, and payloads have changed
 * their spelling over the years.
 * https://developers.brevo.com/docs/transactional-webhooks, https://developers.brevo.com/docs/marketing-webhooks,
 * https://developers.brevo.com/reference/create-webhook
 */
export const brevoTypes = {
  request: 'email_sent',
  sent: 'email_sent',
  delivered: 'email_delivered',
  deferred: 'email_deferred',
  soft_bounce: 'email_bounced',
  softBounce: 'email_bounced',
  soft_bounced: 'email_bounced',
  hard_bounce: 'email_bounced',
  hardBounce: 'email_bounced',
  hard_bounced: 'email_bounced',
  invalid_email: 'email_rejected',
  invalid: 'email_rejected',
  blocked: 'email_rejected',
  error: 'email_rejected',
  opened: 'email_opened',
  open: 'email_opened',
  unique_opened: 'email_opened',
  uniqueOpened: 'email_opened',
  proxy_open: 'email_opened',
  proxyOpen: 'email_opened',
  unique_proxy_open: 'email_opened',
  uniqueProxyOpen: 'email_opened',
  click: 'email_clicked',
  spam: 'email_complained',
  complaint: 'email_complained',
  unsubscribed: 'email_unsubscribed',
  unsubscribe: 'email_unsubscribed',
  list_addition: 'email_subscribed',
  listAddition: 'email_subscribed',
  contact_updated: 'contact_updated',
  contactUpdated: 'contact_updated',
  contact_deleted: 'contact_deleted',
  contactDeleted: 'contact_deleted',
  unique_coupon_sent: 'custom:unique_coupon_sent',
} as const satisfies Readonly<Record<string, EventType>>

export const isDocumented = (name: string): name is keyof typeof brevoTypes =>
  Object.hasOwn(brevoTypes, name)

export const brevoType = (name: string): EventType =>
  isDocumented(name) ? brevoTypes[name] : `custom:${name.slice(0, 128)}`

/** Types that speak of a contact, not of a message. */
export const isOfContact = (type: EventType): boolean =>
  type === 'email_subscribed' || type === 'contact_updated' || type === 'contact_deleted'

/** Opened by Apple's privacy proxy or its like, whether or not anybody looked. */
export const isProxyOpen = (name: string): boolean => /^(?:unique_?)?proxy_?open$/i.test(name)

const blockedReasons: readonly (readonly [RegExp, RejectReason])[] = [
  [/unsubscri/i, 'unsubscribed'],
  [/spam|complain/i, 'spam'],
  [/bounce/i, 'bounced'],
]

/** Why a message was not sent, in Brevo's free text: "blocked : due to blacklist user". */
function blockedReason(reason: string): RejectReason {
  const text = reason.slice(0, 500)
  return blockedReasons.find(([pattern]) => pattern.test(text))?.[1] ?? 'blocked'
}

/** Brevo's word says whether a bounce is hard; the server's, in `reason`, whether it was for security or policy. */
export function brevoRefusal(item: Fields, name: string): Partial<Refusal> | undefined {
  const reason = ownText(item, 'reason') ?? ''
  switch (brevoType(name)) {
    case 'email_bounced': {
      const told = refusalOfStatus(reason)
      if (told?.bounceClass === 'block') return told
      return { bounceClass: name.startsWith('hard') ? 'hard' : 'soft', rejectReason: 'bounced' }
    }
    case 'email_rejected':
      if (name.startsWith('invalid')) return { rejectReason: 'invalid' }
      return { rejectReason: name === 'error' ? 'other' : blockedReason(reason) }
    default:
      return undefined
  }
}
