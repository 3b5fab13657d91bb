import type { EventType } from '#runtime/event/vocabulary.ts'

/** What SES publishes as `eventType`, or, set up as feedback of an identity, as `notificationType`. */
export const sesEvents = {
  Send: 'email_sent',
  Reject: 'email_rejected',
  Delivery: 'email_delivered',
  Bounce: 'email_bounced',
  Complaint: 'email_complained',
  Open: 'email_opened',
  Click: 'email_clicked',
  'Rendering Failure': 'email_rejected',
  DeliveryDelay: 'email_deferred',
  Subscription: 'email_unsubscribed',
  Received: 'custom:Received',
} as const satisfies Readonly<Record<string, EventType>>

export type SesEvent = keyof typeof sesEvents

export const isSesEvent = (name: string): name is SesEvent => Object.hasOwn(sesEvents, name)

/** Words to the receiver, of SNS, of SES and of SES through EventBridge: they speak of nobody's mail. */
const sesControls = {
  SubscriptionConfirmation: 'dropped',
  UnsubscribeConfirmation: 'dropped',
  AmazonSnsSubscriptionSucceeded: 'dropped',
  'Advisor Recommendation Status Open': 'dropped',
  'Advisor Recommendation Status Resolved': 'dropped',
  'Sending Status Enabled': 'dropped',
  'Sending Status Disabled': 'dropped',
} as const

export const isSesControl = (name: string): boolean => Object.hasOwn(sesControls, name)

export const sesTypes = { ...sesEvents, ...sesControls } as const

/** The object of an event that tells what happened. */
export const aboutNames: Readonly<Record<SesEvent, string>> = {
  Send: 'send',
  Reject: 'reject',
  Delivery: 'delivery',
  Bounce: 'bounce',
  Complaint: 'complaint',
  Open: 'open',
  Click: 'click',
  'Rendering Failure': 'failure',
  DeliveryDelay: 'deliveryDelay',
  Subscription: 'subscription',
  Received: 'receipt',
}
