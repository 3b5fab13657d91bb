import { type Fields, own, ownText } from '#runtime/channel/core/fields.ts'
import { type Refusal, refusalOfStatus } from '#runtime/channel/core/mail/refusal.ts'
import type { ConsentState } from '#runtime/event/event.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'

/** Every type that SparkPost's webhooks name. A first open is told twice, by pixels at the top (`initial_open`) and the bottom. */
export const sparkpostTypes = {
  injection: 'email_sent',
  delivery: 'email_delivered',
  delay: 'email_deferred',
  bounce: 'email_bounced',
  out_of_band: 'email_bounced',
  policy_rejection: 'email_rejected',
  spam_complaint: 'email_complained',
  sms_status: 'custom:sms_status',
  open: 'email_opened',
  initial_open: 'email_opened',
  click: 'email_clicked',
  amp_open: 'email_opened',
  amp_initial_open: 'email_opened',
  amp_click: 'email_clicked',
  generation_failure: 'email_rejected',
  generation_rejection: 'email_rejected',
  list_unsubscribe: 'email_unsubscribed',
  link_unsubscribe: 'email_unsubscribed',
  relay_injection: 'custom:relay_injection',
  relay_rejection: 'custom:relay_rejection',
  relay_delivery: 'custom:relay_delivery',
  relay_tempfail: 'custom:relay_tempfail',
  relay_permfail: 'custom:relay_permfail',
  relay_message: 'custom:relay_message',
  ab_test_completed: 'custom:ab_test_completed',
  ab_test_cancelled: 'custom:ab_test_cancelled',
  // How a batch that the sender uploaded to SparkPost fared.
  success: 'dropped',
  error: 'dropped',
} as const satisfies Readonly<Record<string, EventType | 'dropped'>>

type SparkpostType = keyof typeof sparkpostTypes

export const isSparkpostType = (name: string): name is SparkpostType =>
  Object.hasOwn(sparkpostTypes, name)

export interface SparkpostMeaning {
  readonly type: EventType
  readonly refusal?: Partial<Refusal>
  readonly consent?: ConsentState
}

const refused = (
  bounceClass: Refusal['bounceClass'],
  rejectReason: Refusal['rejectReason'],
): SparkpostMeaning => ({ type: 'email_bounced', refusal: { bounceClass, rejectReason } })

/**
 * SparkPost's classes of bounces, by their category (hard, soft, block; "admin" is a block of its own making). What is no failure (vacation
 * replies, requests to subscribe or to unsubscribe) is not called one.
 * https://support.sparkpost.com/docs/deliverability/bounce-classification-codes
 */
const bounceClasses: ReadonlyMap<string, SparkpostMeaning> = new Map([
  ['10', refused('hard', 'invalid')],
  ['20', refused('soft', 'bounced')],
  ['21', refused('soft', 'bounced')],
  ['22', refused('soft', 'bounced')],
  ['23', refused('soft', 'bounced')],
  ['24', refused('soft', 'timed_out')],
  ['25', refused('block', 'blocked')],
  ['30', refused('hard', 'invalid')],
  ['40', refused('soft', 'bounced')],
  ['50', refused('block', 'blocked')],
  ['51', refused('block', 'spam')],
  ['52', refused('block', 'spam')],
  ['53', refused('block', 'other')],
  ['54', refused('block', 'blocked')],
  ['60', { type: 'custom:auto_reply' }],
  ['70', refused('soft', 'bounced')],
  ['80', { type: 'email_subscribed', consent: 'granted' }],
  ['90', { type: 'email_unsubscribed', consent: 'denied' }],
  ['100', { type: 'custom:challenge_response' }],
])

const saidOf = (event: Fields): Refusal | undefined =>
  refusalOfStatus(ownText(event, 'raw_reason') ?? ownText(event, 'reason'))

/** A class that is undetermined, missing or new goes by what the receiving server said. */
function bounceMeaning(event: Fields): SparkpostMeaning {
  const code = own(event, 'bounce_class')
  const known =
    typeof code === 'string' || typeof code === 'number'
      ? bounceClasses.get(String(code))
      : undefined
  const said = saidOf(event) ?? { bounceClass: 'soft', rejectReason: 'other' }
  return known ?? { type: 'email_bounced', refusal: said }
}

/** SparkPost did not send: the recipient is suppressed (5.7.x), or the message could not be made. */
const rejection = (event: Fields): Partial<Refusal> => ({
  rejectReason: saidOf(event)?.bounceClass === 'block' ? 'blocked' : 'other',
})

/** What an event means; null: it speaks of nobody. */
export function sparkpostMeaning(name: string, event: Fields): SparkpostMeaning | null {
  if (!isSparkpostType(name)) return { type: `custom:${name.slice(0, 128)}` }
  const type = sparkpostTypes[name]
  switch (type) {
    case 'dropped':
      return null
    case 'email_bounced':
      return bounceMeaning(event)
    case 'email_rejected':
      return { type, refusal: rejection(event) }
    case 'email_complained':
      // The provider says that the message is no spam after all.
      return ownText(event, 'fbtype') === 'not-spam'
        ? { type: 'custom:not_spam' }
        : { type, consent: 'denied' }
    case 'email_unsubscribed':
      return { type, consent: 'denied' }
    default:
      return { type }
  }
}
