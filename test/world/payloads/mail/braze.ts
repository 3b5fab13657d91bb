import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { letterOf, type MailAct, mailEntry } from './letter.ts'

// Field names and values: Braze, Currents (message engagement events). It is read by the crm channel. Braze sends on behalf of the shop and
// tells nothing of a message before it is sent.
const events = {
  mail_sent: 'Send',
  mail_delivered: 'Delivery',
  mail_open: 'Open',
  mail_machine_open: 'Open',
  mail_click: 'Click',
  mail_bounce: 'Bounce',
  mail_unsubscribe: 'Unsubscribe',
  mail_complaint: 'MarkAsSpam',
} as const

/** One event as Currents posts them, in lists. It knows people by the shop's user id where they have one. */
export function brazeEvent(random: Random, act: MailAct): Told {
  const event = events[act.kind]
  const letter = letterOf(random, act)
  const id = random.uuid()
  const { userId } = act.person
  const mail = mailEntry(act, 'braze', id, { channel: 'crm' })
  const fetched = event === 'Open' || event === 'Click'
  return {
    payload: {
      event_type: `users.messages.email.${event}`,
      id,
      time: letter.seconds,
      user: {
        user_id: random.hex(24),
        ...(userId !== null && { external_user_id: userId }),
        timezone: 'Europe/Berlin',
      },
      properties: {
        email_address: letter.address,
        campaign_name: letter.campaign,
        dispatch_id: letter.messageId,
        ...(fetched && { user_agent: letter.userAgent, is_amp: false }),
        ...(event === 'Open' && { machine_open: String(act.kind === 'mail_machine_open') }),
        ...(event === 'Click' && { url: letter.url }),
        ...(event === 'Bounce' && { bounce_reason: '550 5.1.1 no such user', is_drop: false }),
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

export const brazePost = (list: readonly object[]): string => JSON.stringify({ events: list })
