import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { letterOf, type MailAct, mailEntry } from './letter.ts'

// Field names and values: Customer.io, Reporting webhooks. It is read by the crm channel.
const metrics = {
  mail_sent: 'sent',
  mail_delivered: 'delivered',
  mail_open: 'opened',
  mail_machine_open: 'opened',
  mail_click: 'clicked',
  mail_bounce: 'bounced',
  mail_unsubscribe: 'unsubscribed',
  mail_complaint: 'spammed',
} as const

/** One reporting webhook; it knows people by the shop's user id where they have one. */
export function customerioEvent(random: Random, act: MailAct): Told {
  const metric = metrics[act.kind]
  const letter = letterOf(random, act)
  const id = random.hex(26)
  const { userId } = act.person
  const mail = mailEntry(act, 'customerio', id, { channel: 'crm' })
  return {
    payload: {
      event_id: id,
      object_type: 'email',
      metric,
      timestamp: letter.seconds,
      data: {
        ...(userId !== null && { customer_id: userId }),
        identifiers: { ...(userId !== null && { id: userId }), email: letter.address },
        recipient: letter.address,
        delivery_id: letter.messageId,
        campaign_id: 12,
        subject: 'News',
        ...(act.kind === 'mail_machine_open' && { proxied: true }),
        ...(metric === 'clicked' && { href: letter.url, link_id: 1 }),
        ...(metric === 'bounced' && { failure_message: '550 5.1.1 no such user' }),
      },
    },
    entry: {
      ...mail,
      identifiers: [
        ...(userId === null ? [] : [['user_id', userId] as const]),
        ...mail.identifiers,
      ],
    },
  }
}
