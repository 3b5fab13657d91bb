import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { letterOf, type MailAct, mailEntry } from './letter.ts'

// Field names and values: Twilio SendGrid, Event Webhook Reference.
const events = {
  mail_sent: 'processed',
  mail_delivered: 'delivered',
  mail_open: 'open',
  mail_machine_open: 'open',
  mail_click: 'click',
  mail_bounce: 'bounce',
  mail_unsubscribe: 'unsubscribe',
  mail_complaint: 'spamreport',
} as const

/** One event of a SendGrid webhook batch. */
export function sendgridEvent(random: Random, act: MailAct): Told {
  const event = events[act.kind]
  const letter = letterOf(random, act)
  const id = `${random.hex(20)}==`
  const { userAgent: useragent } = act.device
  return {
    payload: {
      email: letter.address,
      timestamp: letter.seconds,
      'smtp-id': `<${random.hex(12)}@ismtpd-1>`,
      event,
      category: [letter.campaign],
      sg_event_id: id,
      sg_message_id: `${letter.messageId}.recvd-1-0`,
      ...(event === 'open' && {
        useragent,
        ip: '192.0.2.7',
        sg_machine_open: act.kind === 'mail_machine_open',
      }),
      ...(event === 'click' && { useragent, ip: '192.0.2.7', url: letter.url }),
      ...(event === 'bounce' && {
        type: 'bounce',
        status: '5.1.1',
        reason: '550 5.1.1 no such user',
        bounce_classification: 'Invalid Address',
      }),
      ...(event === 'delivered' && { response: '250 OK' }),
    },
    entry: mailEntry(act, 'sendgrid', id),
  }
}
