import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { letterOf, mark16, type MailAct, mailEntry } from './letter.ts'

// Field names and values: Mailjet, Event API. `sent` is told when the recipient's server has taken the message.
const events = {
  mail_sent: 'sent',
  mail_delivered: 'sent',
  mail_open: 'open',
  mail_machine_open: 'open',
  mail_click: 'click',
  mail_bounce: 'bounce',
  mail_unsubscribe: 'unsub',
  mail_complaint: 'spam',
} as const

/** One event of a Mailjet list. It has no id: an event is known by kind, message, time and link. */
export function mailjetEvent(random: Random, act: MailAct): Told {
  const event = events[act.kind]
  const letter = letterOf(random, act)
  const fetched = event === 'open' || event === 'click'
  const rest = event === 'click' ? `/${mark16(letter.url)}` : ''
  return {
    payload: {
      event,
      time: letter.seconds,
      Message_GUID: letter.messageId,
      email: letter.address,
      mj_campaign_id: 7257,
      mj_contact_id: act.person.index,
      customcampaign: letter.campaign,
      CustomID: '',
      Payload: '',
      ...(fetched && { ip: '192.0.2.7', geo: 'DE', agent: letter.userAgent }),
      ...(event === 'click' && { url: letter.url }),
      ...(event === 'bounce' && {
        blocked: false,
        hard_bounce: true,
        error_related_to: 'recipient',
        error: 'user unknown',
      }),
      ...(event === 'unsub' && { mj_list_id: 0 }),
      ...(event === 'spam' && { source: 'JMRPP' }),
    },
    entry: mailEntry(
      act,
      'mailjet',
      `${event}/${letter.messageId}/${letter.seconds * 1000}${rest}`,
      {
        ...(act.kind === 'mail_sent' && { type: 'email_delivered' }),
      },
    ),
  }
}
