import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { letterOf, mark16, type MailAct, mailEntry } from './letter.ts'

// Field names and values: Mailchimp Transactional (Mandrill), Webhooks.
const events = {
  mail_sent: 'send',
  mail_delivered: 'delivered',
  mail_open: 'open',
  mail_machine_open: 'open',
  mail_click: 'click',
  mail_bounce: 'hard_bounce',
  mail_unsubscribe: 'unsub',
  mail_complaint: 'spam',
} as const

/** One event of a Mandrill list. `_id` names the message: an event is known by it, kind, time and link. */
export function mandrillEvent(random: Random, act: MailAct): Told {
  const event = events[act.kind]
  const letter = letterOf(random, act)
  const id = letter.messageId.replaceAll('-', '')
  const link = event === 'click' ? `/${mark16(letter.url)}` : ''
  return {
    payload: {
      event,
      _id: id,
      ts: letter.seconds,
      msg: {
        _id: id,
        ts: letter.seconds,
        email: letter.address,
        sender: 'news@shop.example',
        subject: 'News',
        tags: [letter.campaign],
        state: event === 'hard_bounce' ? 'bounced' : 'sent',
        metadata: [],
        ...(event === 'hard_bounce' && {
          bounce_description: 'bad_mailbox',
          diag: 'smtp;550 5.1.1 no such user',
        }),
      },
      ...((event === 'open' || event === 'click') && {
        ip: '192.0.2.7',
        user_agent: letter.userAgent,
      }),
      ...(event === 'click' && { url: letter.url }),
    },
    entry: mailEntry(act, 'mandrill', `${event}/${id}/${letter.seconds * 1000}${link}`),
  }
}

/** As Mandrill posts its events: one field of a form. */
export const mandrillForm = (list: readonly object[]): string =>
  `mandrill_events=${encodeURIComponent(JSON.stringify(list))}`
