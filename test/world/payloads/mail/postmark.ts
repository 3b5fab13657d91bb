import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { letterOf, mark16, type MailAct, mailEntry } from './letter.ts'

// Field names and values: Postmark, Webhooks. It tells nothing of a message before it is delivered.
const records = {
  mail_sent: ['Delivery', 'DeliveredAt'],
  mail_delivered: ['Delivery', 'DeliveredAt'],
  mail_open: ['Open', 'ReceivedAt'],
  mail_machine_open: ['Open', 'ReceivedAt'],
  mail_click: ['Click', 'ReceivedAt'],
  mail_bounce: ['Bounce', 'BouncedAt'],
  mail_unsubscribe: ['Bounce', 'BouncedAt'],
  mail_complaint: ['SpamComplaint', 'BouncedAt'],
} as const

/** One Postmark webhook. Only bounces have ids; an open is known by message, time and recipient. */
export function postmarkEvent(random: Random, act: MailAct): Told {
  const [RecordType, timeName] = records[act.kind]
  const letter = letterOf(random, act)
  const isBounce = timeName === 'BouncedAt'
  const id = random.int(2 ** 31)
  const time = `${new Date(act.at).toISOString().slice(0, -1)}4321Z`
  const link = RecordType === 'Click' ? letter.url : ''
  return {
    payload: {
      RecordType,
      MessageStream: 'broadcast',
      ServerID: 23,
      MessageID: letter.messageId,
      Tag: letter.campaign,
      Metadata: {},
      [timeName]: time,
      ...(isBounce
        ? {
            ID: id,
            Email: letter.address,
            ...(act.kind === 'mail_bounce' && { Type: 'HardBounce', TypeCode: 1 }),
            ...(act.kind === 'mail_unsubscribe' && { Type: 'Unsubscribe', TypeCode: 16 }),
            ...(act.kind === 'mail_complaint' && { Type: 'SpamComplaint', TypeCode: 100_001 }),
          }
        : { Recipient: letter.address }),
      ...((RecordType === 'Open' || RecordType === 'Click') && {
        UserAgent: letter.userAgent,
        Platform: 'Desktop',
      }),
      ...(RecordType === 'Open' && { FirstOpen: true, ReadSeconds: 0 }),
      ...(RecordType === 'Click' && { OriginalLink: link, ClickLocation: 'HTML' }),
    },
    entry: mailEntry(
      act,
      'postmark',
      isBounce
        ? String(id)
        : `${letter.messageId}/${RecordType}/${time}/${mark16(`${letter.address.toLowerCase()} ${link}`)}`,
      { at: act.at, ...(act.kind === 'mail_sent' && { type: 'email_delivered' }) },
    ),
  }
}
