import type { Act } from '../acts.ts'
import type { Random } from '../random.ts'
import { entryOf, normalEmail, type Told } from './told.ts'

// Field names and values: Twilio SendGrid, Event Webhook Reference.
const events = {
  mail_sent: ['processed', 'email_sent'],
  mail_delivered: ['delivered', 'email_delivered'],
  mail_open: ['open', 'email_opened'],
  mail_machine_open: ['open', 'email_opened'],
  mail_click: ['click', 'email_clicked'],
  mail_bounce: ['bounce', 'email_bounced'],
  mail_unsubscribe: ['unsubscribe', 'email_unsubscribed'],
  mail_complaint: ['spamreport', 'email_complained'],
} as const

/** SendGrid's global unsubscribe and a complaint both answer for marketing. */
const refusals: ReadonlySet<MailKind> = new Set(['mail_unsubscribe', 'mail_complaint'])

export type MailKind = keyof typeof events

/** One event of a SendGrid webhook batch. */
export function sendgridEvent(random: Random, act: Act & { readonly kind: MailKind }): Told {
  const [event, type] = events[act.kind]
  const id = `${random.hex(20)}==`
  const seconds = Math.floor(act.at / 1000)
  const campaign = `newsletter-${Math.floor(act.at / 86_400_000 / 7)}`
  const machine = act.kind === 'mail_machine_open'
  return {
    payload: {
      email: random.chance(0.1) ? act.email.toUpperCase() : act.email,
      timestamp: seconds,
      'smtp-id': `<${random.hex(12)}@ismtpd-1>`,
      event,
      category: [campaign],
      sg_event_id: id,
      sg_message_id: `${random.hex(16)}.recvd-1-0`,
      ...(event === 'open' && {
        useragent: act.device.userAgent,
        ip: '192.0.2.7',
        sg_machine_open: machine,
      }),
      ...(event === 'click' && {
        useragent: act.device.userAgent,
        ip: '192.0.2.7',
        url: `https://shop.example/${act.product.category}`,
      }),
      ...(event === 'bounce' && {
        type: 'bounce',
        status: '5.1.1',
        reason: '550 5.1.1 no such user',
        bounce_classification: 'Invalid Address',
      }),
      ...(event === 'delivered' && { response: '250 OK' }),
    },
    entry: entryOf(
      { ...act, at: seconds * 1000 },
      {
        id,
        source: 'sendgrid',
        channel: 'email',
        type,
        machine,
        consent: refusals.has(act.kind) ? { email_marketing: 'denied' } : {},
        identifiers: [['email', normalEmail(act.email)]],
      },
    ),
  }
}
