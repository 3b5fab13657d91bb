import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { letterOf, mark16, type MailAct, mailEntry } from './letter.ts'

// Field names and values: Amazon SES, event publishing to SNS. It knows of no unsubscribing: a link is a click like any other.
const events = {
  mail_sent: ['Send', 'send'],
  mail_delivered: ['Delivery', 'delivery'],
  mail_open: ['Open', 'open'],
  mail_machine_open: ['Open', 'open'],
  mail_click: ['Click', 'click'],
  mail_bounce: ['Bounce', 'bounce'],
  mail_unsubscribe: ['Click', 'click'],
  mail_complaint: ['Complaint', 'complaint'],
} as const

/** One SNS notification. An event is known by message, kind, its feedback id or time, and the recipient's place and mark. */
export function sesEvent(random: Random, act: MailAct): Told {
  const [eventType, aboutName] = events[act.kind]
  const letter = letterOf(random, act)
  const time = new Date(act.at).toISOString()
  const feedbackId = random.uuid()
  const hasFeedback = eventType === 'Bounce' || eventType === 'Complaint'
  const link = eventType === 'Click' ? letter.url : ''
  const when = hasFeedback ? feedbackId : eventType === 'Send' ? '' : time
  const about = {
    ...(eventType !== 'Send' && { timestamp: time }),
    ...(hasFeedback && { feedbackId }),
    ...((eventType === 'Open' || eventType === 'Click') && {
      ipAddress: '192.0.2.7',
      userAgent: letter.userAgent,
    }),
    ...(eventType === 'Click' && { link, linkTags: null }),
    ...(eventType === 'Delivery' && { recipients: [letter.address], smtpResponse: '250 OK' }),
    ...(eventType === 'Bounce' && {
      bounceType: 'Permanent',
      bounceSubType: 'General',
      bouncedRecipients: [
        { emailAddress: letter.address, status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1' },
      ],
    }),
    ...(eventType === 'Complaint' && {
      complainedRecipients: [{ emailAddress: letter.address }],
      complaintFeedbackType: 'abuse',
    }),
  }
  const message = {
    eventType,
    mail: {
      timestamp: time,
      messageId: letter.messageId,
      source: 'news@shop.example',
      destination: [letter.address],
      tags: { campaign: [letter.campaign] },
    },
    [aboutName]: about,
  }
  return {
    payload: {
      Type: 'Notification',
      MessageId: random.uuid(),
      TopicArn: 'arn:aws:sns:eu-central-1:123456789012:ses-events',
      Subject: 'Amazon SES Email Event Notification',
      Message: JSON.stringify(message),
      Timestamp: time,
      SignatureVersion: '1',
    },
    entry: mailEntry(
      act,
      'ses',
      `${letter.messageId}/${eventType}/${when}/0.${mark16(`${letter.address.toLowerCase()} ${link}`)}`,
      {
        at: act.at,
        ...(act.kind === 'mail_unsubscribe' && { type: 'email_clicked', consent: {} }),
      },
    ),
  }
}
