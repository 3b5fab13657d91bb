/** The closed vocabulary of event types, per channel. A vendor's type outside it is kept as `custom:<name>`. */
export const eventTypes = {
  email: [
    'email_sent',
    'email_delivered',
    'email_deferred',
    'email_bounced',
    'email_rejected',
    'email_opened',
    'email_clicked',
    'email_complained',
    'email_unsubscribed',
    'email_subscribed',
  ],
  web: [
    'page_viewed',
    'screen_viewed',
    'product_viewed',
    'product_added',
    'product_removed',
    'cart_viewed',
    'checkout_started',
    'order_completed',
    'order_refunded',
    'searched',
    'identified',
    'aliased',
    'grouped',
    'signed_up',
    'experiment_viewed',
  ],
  crm: [
    'contact_created',
    'contact_updated',
    'contact_merged',
    'contact_deleted',
    'deal_stage_changed',
    'order_completed',
    'order_refunded',
    'ticket_opened',
    'ticket_closed',
    'consent_changed',
    'preference_declared',
  ],
} as const

export type Channel = keyof typeof eventTypes
export type EventType = (typeof eventTypes)[Channel][number] | `custom:${string}`

export const channels = ['email', 'web', 'crm'] as const satisfies readonly Channel[]

const known: ReadonlySet<string> = new Set(Object.values(eventTypes).flat())

/** Whether `type` is in the vocabulary (of any channel) or is a `custom:<name>`. */
export const isEventType = (type: string): type is EventType =>
  known.has(type) || (type.startsWith('custom:') && type.length > 'custom:'.length)
