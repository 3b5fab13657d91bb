import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { letterOf, type MailAct, mailEntry } from './letter.ts'

// Field names and values: SparkPost, Webhooks (event reference).
const events = {
  mail_sent: ['message_event', 'injection'],
  mail_delivered: ['message_event', 'delivery'],
  mail_open: ['track_event', 'open'],
  mail_machine_open: ['track_event', 'open'],
  mail_click: ['track_event', 'click'],
  mail_bounce: ['message_event', 'bounce'],
  mail_unsubscribe: ['unsubscribe_event', 'link_unsubscribe'],
  mail_complaint: ['message_event', 'spam_complaint'],
} as const

/** One event of a SparkPost batch. */
export function sparkpostEvent(random: Random, act: MailAct): Told {
  const [group, type] = events[act.kind]
  const letter = letterOf(random, act)
  const id = String(random.int(2 ** 31)) + String(random.int(2 ** 31))
  return {
    payload: {
      msys: {
        [group]: {
          type,
          event_id: id,
          timestamp: String(letter.seconds),
          message_id: letter.messageId,
          rcpt_to: letter.address,
          campaign_id: letter.campaign,
          rcpt_meta: {},
          rcpt_tags: [],
          ...((type === 'open' || type === 'click') && {
            user_agent: letter.userAgent,
            ip_address: '192.0.2.7',
          }),
          ...(type === 'click' && { target_link_url: letter.url }),
          ...(type === 'bounce' && {
            bounce_class: '10',
            error_code: '550',
            raw_reason: '550 5.1.1 no such user',
          }),
        },
      },
    },
    entry: mailEntry(act, 'sparkpost', id),
  }
}
