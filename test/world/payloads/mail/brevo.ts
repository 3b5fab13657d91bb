import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { letterOf, mark16, type MailAct, mailEntry } from './letter.ts'

// Field names and values: Brevo, Transactional webhooks.
const events = {
  mail_sent: 'request',
  mail_delivered: 'delivered',
  mail_open: 'opened',
  mail_machine_open: 'proxy_open',
  mail_click: 'click',
  mail_bounce: 'hard_bounce',
  mail_unsubscribe: 'unsubscribed',
  mail_complaint: 'spam',
} as const

/** One Brevo webhook. `id` is the webhook's own; an event is known by kind, message, recipient, time and link. */
export function brevoEvent(random: Random, act: MailAct): Told {
  const event = events[act.kind]
  const letter = letterOf(random, act)
  const fetched = event === 'opened' || event === 'click'
  const link = event === 'click' ? `/${mark16(letter.url)}` : ''
  return {
    payload: {
      event,
      email: letter.address,
      id: 26_224,
      'message-id': `<${letter.messageId}>`,
      ts: letter.seconds,
      ts_event: letter.seconds,
      ts_epoch: letter.seconds * 1000,
      tags: [letter.campaign],
      template_id: 22,
      ...(fetched && { user_agent: letter.userAgent, device_used: 'DESKTOP' }),
      ...(event === 'click' && { link: letter.url }),
      ...(event === 'hard_bounce' && { reason: '550 no such user' }),
    },
    entry: mailEntry(
      act,
      'brevo',
      `${event}/<${letter.messageId}>/${letter.address}/${letter.seconds * 1000}${link}`,
    ),
  }
}
