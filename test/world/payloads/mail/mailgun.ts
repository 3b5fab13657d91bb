import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { letterOf, type MailAct, mailEntry } from './letter.ts'

// Field names and values: Mailgun, Events and Webhooks.
const events = {
  mail_sent: 'accepted',
  mail_delivered: 'delivered',
  mail_open: 'opened',
  mail_machine_open: 'opened',
  mail_click: 'clicked',
  mail_bounce: 'failed',
  mail_unsubscribe: 'unsubscribed',
  mail_complaint: 'complained',
} as const

/** One Mailgun webhook. Times are seconds with a fraction; an id is unique within a day. */
export function mailgunEvent(random: Random, act: MailAct): Told {
  const event = events[act.kind]
  const letter = letterOf(random, act)
  const id = random.hex(22)
  const fetched = event === 'opened' || event === 'clicked'
  return {
    payload: {
      signature: {
        timestamp: String(letter.seconds),
        token: random.hex(50),
        signature: random.hex(64),
      },
      'event-data': {
        id,
        event,
        timestamp: act.at / 1000,
        'log-level': event === 'failed' ? 'error' : 'info',
        recipient: letter.address,
        'recipient-domain': letter.address.slice(letter.address.lastIndexOf('@') + 1),
        tags: [letter.campaign],
        campaigns: [],
        'user-variables': {},
        message: { headers: { 'message-id': `${letter.messageId}@news.shop.example` } },
        ...(fetched && {
          ip: '192.0.2.7',
          geolocation: { country: 'DE', region: 'BE', city: 'Berlin' },
          'client-info': {
            'client-type': 'browser',
            'device-type': 'desktop',
            'user-agent': letter.userAgent,
            bot: act.kind === 'mail_machine_open' ? 'apple' : '',
          },
        }),
        ...(event === 'clicked' && { url: letter.url }),
        ...(event === 'failed' && {
          severity: 'permanent',
          reason: 'bounce',
          'delivery-status': { code: 550, 'enhanced-code': '5.1.1', message: 'no such user' },
        }),
      },
    },
    entry: mailEntry(act, 'mailgun', `${id}/${Math.floor(act.at / 86_400_000)}`, { at: act.at }),
  }
}
