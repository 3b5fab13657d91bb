import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { letterOf, mark16, type MailAct, mailEntry } from './letter.ts'

// Field names and values: Resend, Webhooks. Unsubscribing is told of contacts, which the shop does not keep there: a click like any other.
const events = {
  mail_sent: 'email.sent',
  mail_delivered: 'email.delivered',
  mail_open: 'email.opened',
  mail_machine_open: 'email.opened',
  mail_click: 'email.clicked',
  mail_bounce: 'email.bounced',
  mail_unsubscribe: 'email.clicked',
  mail_complaint: 'email.complained',
} as const

/** One webhook. Its id stands in a header; an event is known by kind, message, time, recipient and link. */
export function resendEvent(random: Random, act: MailAct): Told {
  const type = events[act.kind]
  const letter = letterOf(random, act)
  const time = new Date(act.at).toISOString()
  const fetch = { ipAddress: '192.0.2.7', timestamp: time, userAgent: letter.userAgent }
  const link = type === 'email.clicked' ? `/${mark16(letter.url)}` : ''
  return {
    payload: {
      type,
      created_at: time,
      data: {
        created_at: new Date(act.at - 60_000).toISOString(),
        email_id: letter.messageId,
        from: 'Shop <news@shop.example>',
        to: [letter.address],
        subject: 'News',
        tags: { campaign: letter.campaign },
        ...(type === 'email.opened' && { open: fetch }),
        ...(type === 'email.clicked' && { click: { ...fetch, link: letter.url } }),
        ...(type === 'email.bounced' && {
          bounce: { type: 'Permanent', subType: 'General', message: '550 5.1.1 no such user' },
        }),
      },
    },
    entry: mailEntry(
      act,
      'resend',
      `${type}/${letter.messageId}/${time}/${letter.address}${link}`,
      {
        at: act.at,
        ...(act.kind === 'mail_unsubscribe' && { type: 'email_clicked', consent: {} }),
      },
    ),
  }
}
