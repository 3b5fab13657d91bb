import { type Fields, own, ownFields, ownText } from '#runtime/channel/core/fields.ts'
import {
  type Refusal,
  type RejectReason,
  refusalOfStatus,
} from '#runtime/channel/core/mail/refusal.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'

/**
 * Mailgun did not even try, since the person does not want mail. Codes 606 and 607 say the same. One that is suppressed because it bounced
 * before is as dead as it was then.
 */
const suppressions: ReadonlyMap<string, RejectReason> = new Map([
  ['suppress-unsubscribe', 'unsubscribed'],
  ['606', 'unsubscribed'],
  ['suppress-complaint', 'spam'],
  ['607', 'spam'],
])

const refusals: ReadonlyMap<string, Refusal> = new Map([
  ['espblock', { bounceClass: 'block', rejectReason: 'blocked' }],
  ['blacklisted', { bounceClass: 'block', rejectReason: 'blocked' }],
  ['greylisted', { bounceClass: 'block', rejectReason: 'blocked' }],
  // Retried until it was too old.
  ['old', { bounceClass: 'soft', rejectReason: 'timed_out' }],
])

export interface Failure {
  readonly type: EventType
  readonly refusal: Partial<Refusal>
}

const hard: Refusal = { bounceClass: 'hard', rejectReason: 'bounced' }

/** A permanent bounce by its reason, else by what the receiving server said. */
function classify(reason: string, status: Fields | undefined): Refusal {
  const known = refusals.get(reason)
  if (known) return known
  if (status === undefined) return hard
  const stated = ownText(status, 'bounce-type')
  const said =
    refusalOfStatus(ownText(status, 'enhanced-code')) ??
    refusalOfStatus(ownText(status, 'message')) ??
    refusalOfStatus(codeOf(status)) ??
    hard
  return said.bounceClass !== 'block' && (stated === 'hard' || stated === 'soft')
    ? { ...said, bounceClass: stated }
    : said
}

/** The reply code as text; Mailgun's own are beyond 599. */
export const codeOf = (status: Fields | undefined): string => {
  const code = status === undefined ? undefined : own(status, 'code')
  return typeof code === 'number' || typeof code === 'string' ? String(code) : ''
}

/** `failed` is three things: put off, because it will be tried again; not tried, because the person left; or bounced, now or before. */
export function readFailure(item: Fields): Failure {
  if (ownText(item, 'severity') === 'temporary') return { type: 'email_deferred', refusal: {} }
  const status = ownFields(item, 'delivery-status')
  const reason = ownText(item, 'reason') ?? ''
  const suppressed = suppressions.get(reason) ?? suppressions.get(codeOf(status))
  if (suppressed !== undefined)
    return { type: 'email_rejected', refusal: { rejectReason: suppressed } }
  return { type: 'email_bounced', refusal: classify(reason, status) }
}
