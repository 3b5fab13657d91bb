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
import type { EventType } from '#runtime/event/vocabulary.ts'

/** Mandrill's events. Its pages write bounces with a hyphen too, and have renamed its lists, which payloads have not. */
export const mandrillTypes = {
  send: 'email_sent',
  deferral: 'email_deferred',
  hard_bounce: 'email_bounced',
  'hard-bounce': 'email_bounced',
  soft_bounce: 'email_bounced',
  'soft-bounce': 'email_bounced',
  delivered: 'email_delivered',
  open: 'email_opened',
  click: 'email_clicked',
  spam: 'email_complained',
  unsub: 'email_unsubscribed',
  reject: 'email_rejected',
  blacklist: 'custom:blacklist',
  whitelist: 'custom:whitelist',
  denylist: 'custom:denylist',
  allowlist: 'custom:allowlist',
  inbound: 'custom:inbound',
} as const satisfies Readonly<Record<string, EventType>>

export const isDocumented = (name: string): name is keyof typeof mandrillTypes =>
  Object.hasOwn(mandrillTypes, name)

export const mandrillType = (name: string): EventType =>
  isDocumented(name) ? mandrillTypes[name] : `custom:${name.slice(0, 128)}`

/** Events of messages have an `event`, those of its lists a `type`. */
export const nameOf = (item: Fields): string | undefined =>
  ownText(item, 'event') ?? ownText(item, 'type')

/** Why Mandrill would not send, in its words. */
const rejectReasons: ReadonlyMap<string, RejectReason> = new Map(
  Object.entries({
    'hard-bounce': 'bounced',
    'soft-bounce': 'bounced',
    spam: 'spam',
    unsub: 'unsubscribed',
    custom: 'blocked',
    rule: 'blocked',
    invalid: 'invalid',
    'invalid-sender': 'other',
  } as const),
)

function rejectReasonOf(message: Fields): RejectReason {
  const told =
    ownText(ownFields(message, 'reject') ?? {}, 'reason') ??
    ownText(message, 'reject') ??
    ownText(message, 'reject_reason') ??
    ''
  return rejectReasons.get(told.toLowerCase()) ?? 'other'
}

/** What the receiving server said: of a bounce in `diag`, of a deferral in the last of its attempts. */
export function diagnosisOf(message: Fields): string | undefined {
  const attempt = asList(own(message, 'smtp_events'))?.at(-1)
  return ownText(message, 'diag') ?? (isFields(attempt) ? ownText(attempt, 'diag') : undefined)
}

/** Codes of Mandrill's classifier of bounces for a block: a known spammer, spam, an attachment, no relaying. */
const isBlockCode = (code: unknown): boolean => typeof code === 'number' && code >= 50 && code < 60

export function mandrillRefusal(message: Fields, name: string): Partial<Refusal> | undefined {
  switch (mandrillType(name)) {
    case 'email_rejected':
      return { rejectReason: rejectReasonOf(message) }
    case 'email_bounced': {
      const isBlock =
        isBlockCode(own(message, 'bgtools_code')) ||
        refusalOfStatus(diagnosisOf(message))?.bounceClass === 'block'
      if (isBlock) return { bounceClass: 'block', rejectReason: 'blocked' }
      return { bounceClass: name.startsWith('hard') ? 'hard' : 'soft', rejectReason: 'bounced' }
    }
    default:
      return undefined
  }
}
