import { asList, type Fields, own, ownFields, ownText } from '#runtime/channel/core/fields.ts'
import {
  type Refusal,
  type RejectReason,
  refusalOfStatus,
} from '#runtime/channel/core/mail/refusal.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'

/**
 * Resend's events. A domain is the sender's own and names nobody.
 * https://resend.com/docs/webhooks/event-types
 */
export const resendTypes = {
  'email.sent': 'email_sent',
  'email.scheduled': 'custom:email.scheduled',
  'email.delivered': 'email_delivered',
  'email.delivery_delayed': 'email_deferred',
  'email.complained': 'email_complained',
  'email.bounced': 'email_bounced',
  'email.opened': 'email_opened',
  'email.clicked': 'email_clicked',
  'email.failed': 'email_rejected',
  'email.suppressed': 'email_rejected',
  'email.received': 'custom:email.received',
  'contact.created': 'contact_created',
  'contact.updated': 'contact_updated',
  'contact.deleted': 'contact_deleted',
  'domain.created': 'dropped',
  'domain.updated': 'dropped',
  'domain.deleted': 'dropped',
  'suppression.added': 'custom:suppression.added',
  'suppression.removed': 'custom:suppression.removed',
} as const satisfies Readonly<Record<string, EventType | 'dropped'>>

export const isDocumented = (name: string): name is keyof typeof resendTypes =>
  Object.hasOwn(resendTypes, name)

export const resendType = (name: string): EventType | 'dropped' =>
  isDocumented(name) ? resendTypes[name] : `custom:${name.slice(0, 128)}`

/** Sub-types of bounces, which are those of Amazon SES, that lie with the message and not with the mailbox. */
const blockSubTypes: ReadonlySet<string> = new Set(['contentrejected', 'attachmentrejected'])

/** What the receiving server said. */
export const diagnosisOf = (bounce: Fields | undefined): string | undefined => {
  const code =
    bounce && (asList(own(bounce, 'diagnosticCode'))?.[0] ?? own(bounce, 'diagnosticCode'))
  return typeof code === 'string' ? code : undefined
}

/**
 * A suppressed address bounced before: it is as dead as the bounce's type says. Older events have a message only, which says when it
 * was an address that Resend does not write to, but not why.
 */
function bounceRefusal(bounce: Fields): Refusal {
  const type = ownText(bounce, 'type')?.toLowerCase()
  const subType = ownText(bounce, 'subType')?.toLowerCase() ?? ''
  const told = refusalOfStatus(diagnosisOf(bounce))
  const isBlock =
    blockSubTypes.has(subType) ||
    told?.bounceClass === 'block' ||
    (type === undefined && (ownText(bounce, 'message') ?? '').includes('suppressed'))
  if (isBlock) return { bounceClass: 'block', rejectReason: 'blocked' }
  const isHard = type === undefined ? told?.bounceClass !== 'soft' : type === 'permanent'
  return {
    bounceClass: isHard ? 'hard' : 'soft',
    rejectReason: subType === 'onaccountsuppressionlist' ? 'blocked' : 'bounced',
  }
}

const suppressedReasons: readonly (readonly [RegExp, RejectReason])[] = [
  [/complain/i, 'spam'],
  [/bounce/i, 'bounced'],
  [/unsubscri/i, 'unsubscribed'],
]

function suppressedReason(suppressed: Fields): RejectReason {
  const type = (ownText(suppressed, 'type') ?? '').slice(0, 200)
  return suppressedReasons.find(([pattern]) => pattern.test(type))?.[1] ?? 'blocked'
}

export function resendRefusal(data: Fields, name: string): Partial<Refusal> | undefined {
  switch (name) {
    case 'email.bounced':
      return bounceRefusal(ownFields(data, 'bounce') ?? {})
    case 'email.suppressed':
      return { rejectReason: suppressedReason(ownFields(data, 'suppressed') ?? {}) }
    case 'email.failed':
      return { rejectReason: 'other' }
    default:
      return undefined
  }
}
