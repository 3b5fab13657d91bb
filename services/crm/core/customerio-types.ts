import { type Fields, own, ownFields, ownText } from '#runtime/channel/core/fields.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'

/**
 * Reporting webhooks by object type and metric, and rows of the data-out tables by table.
 * `attempted` says that a message could not be handed on and is tried again: for the person, a delay.
 */
export const customerioTypes = {
  'customer.subscribed': 'consent_changed',
  'customer.unsubscribed': 'consent_changed',
  'customer.cio_subscription_preferences_changed': 'consent_changed',
  'email.drafted': 'custom:email.drafted',
  'email.attempted': 'email_deferred',
  'email.sent': 'email_sent',
  'email.delivered': 'email_delivered',
  'email.deferred': 'email_deferred',
  'email.opened': 'email_opened',
  'email.clicked': 'email_clicked',
  // These repeat an `opened` and a `clicked` that were a person's: counted as those, each would count twice.
  'email.human_opened': 'custom:email.human_opened',
  'email.human_clicked': 'custom:email.human_clicked',
  'email.converted': 'custom:email.converted',
  'email.unsubscribed': 'email_unsubscribed',
  'email.bounced': 'email_bounced',
  'email.dropped': 'email_rejected',
  'email.spammed': 'email_complained',
  'email.failed': 'email_rejected',
  'email.undeliverable': 'email_rejected',
  'push.drafted': 'custom:push.drafted',
  'push.attempted': 'custom:push.attempted',
  'push.sent': 'custom:push.sent',
  'push.delivered': 'custom:push.delivered',
  'push.opened': 'custom:push.opened',
  'push.clicked': 'custom:push.clicked',
  'push.converted': 'custom:push.converted',
  'push.bounced': 'custom:push.bounced',
  'push.dropped': 'custom:push.dropped',
  'push.failed': 'custom:push.failed',
  'push.undeliverable': 'custom:push.undeliverable',
  'in_app.drafted': 'custom:in_app.drafted',
  'in_app.attempted': 'custom:in_app.attempted',
  'in_app.sent': 'custom:in_app.sent',
  'in_app.opened': 'custom:in_app.opened',
  'in_app.clicked': 'custom:in_app.clicked',
  'in_app.converted': 'custom:in_app.converted',
  'in_app.failed': 'custom:in_app.failed',
  'in_app.undeliverable': 'custom:in_app.undeliverable',
  'sms.drafted': 'custom:sms.drafted',
  'sms.attempted': 'custom:sms.attempted',
  'sms.sent': 'custom:sms.sent',
  'sms.delivered': 'custom:sms.delivered',
  'sms.clicked': 'custom:sms.clicked',
  'sms.converted': 'custom:sms.converted',
  'sms.bounced': 'custom:sms.bounced',
  'sms.failed': 'custom:sms.failed',
  'sms.undeliverable': 'custom:sms.undeliverable',
  'slack.drafted': 'custom:slack.drafted',
  'slack.attempted': 'custom:slack.attempted',
  'slack.sent': 'custom:slack.sent',
  'slack.clicked': 'custom:slack.clicked',
  'slack.converted': 'custom:slack.converted',
  'slack.failed': 'custom:slack.failed',
  'slack.undeliverable': 'custom:slack.undeliverable',
  'webhook.drafted': 'custom:webhook.drafted',
  'webhook.attempted': 'custom:webhook.attempted',
  'webhook.sent': 'custom:webhook.sent',
  'webhook.clicked': 'custom:webhook.clicked',
  'webhook.converted': 'custom:webhook.converted',
  'webhook.failed': 'custom:webhook.failed',
  'webhook.undeliverable': 'custom:webhook.undeliverable',
  people: 'contact_updated',
  attributes: 'contact_updated',
  deliveries: 'custom:deliveries',
  metrics: 'custom:metrics',
  subjects: 'custom:subjects',
  outputs: 'custom:outputs',
  content: 'custom:content',
} as const satisfies Readonly<Record<string, EventType>>

type CustomerioType = keyof typeof customerioTypes

export const isDocumented = (name: string): name is CustomerioType =>
  Object.hasOwn(customerioTypes, name)

export type Table =
  | 'people'
  | 'attributes'
  | 'deliveries'
  | 'metrics'
  | 'subjects'
  | 'outputs'
  | 'content'

/** A table by a column that no other has; the most telling first. */
const columnsOf: readonly (readonly [column: string, table: Table])[] = [
  ['attribute_name', 'attributes'],
  ['output_id', 'outputs'],
  ['metric', 'metrics'],
  ['delivery_type', 'deliveries'],
  ['body', 'content'],
  ['started_campaign_at', 'subjects'],
  ['email_addr', 'people'],
  ['suppressed', 'people'],
]

/** Whose row of the data-out tables an item is; every such row names its workspace, and no webhook does. */
export function tableOf(item: Fields): Table | undefined {
  if (!Object.hasOwn(item, 'workspace_id')) return undefined
  return columnsOf.find(([column]) => Object.hasOwn(item, column))?.[1]
}

/** The change of preferences is the one webhook without an object type: people change them, not messages. */
export function webhookName(item: Fields): string | undefined {
  const metric = ownText(item, 'metric')
  const object = ownText(item, 'object_type')
  if (metric === 'cio_subscription_preferences_changed') return `customer.${metric}`
  return metric === undefined || object === undefined ? undefined : `${object}.${metric}`
}

/** The name in the table of types. */
export const nameOf = (item: Fields): string | undefined => tableOf(item) ?? webhookName(item)

/** Whether an item looks like Customer.io's. */
export const looksLikeCustomerio = (item: Fields): boolean =>
  (webhookName(item) !== undefined &&
    (own(item, 'event_id') !== undefined || ownFields(item, 'data') !== undefined)) ||
  tableOf(item) !== undefined
