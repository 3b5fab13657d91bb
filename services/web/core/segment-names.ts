import { ecommerceNames, lifecycleNames, videoNames } from './calls/spec-names.ts'
import { createTrackNames, type TrackTable, withoutType } from './calls/track-names.ts'

/**
 * Names of before version 2 of the e-commerce spec, each of which version 2 lists as an alias: they mean what the present name does.
 * https://segment.com/docs/connections/spec/ecommerce/
 */
const aliases: TrackTable = {
  'Viewed Product': 'product_viewed',
  'Added Product': 'product_added',
  'Removed Product': 'product_removed',
  'Started Order': 'checkout_started',
  'Completed Order': 'order_completed',
  'Viewed Product Category': 'custom:Product List Viewed',
  'Viewed Promotion': 'custom:Promotion Viewed',
  'Clicked Promotion': 'custom:Promotion Clicked',
  'Clicked Product': 'custom:Product Clicked',
  'Viewed Checkout Step': 'custom:Checkout Step Viewed',
  'Completed Checkout Step': 'custom:Checkout Step Completed',
  'Updated Order': 'custom:Order Updated',
}

/** https://segment.com/docs/connections/spec/mobile/ */
const mobileNames: TrackTable = {
  ...lifecycleNames,
  ...withoutType(`
    Application Foregrounded | Application Uninstalled | Application Crashed | Install Attributed
    Push Notification Received | Push Notification Tapped | Push Notification Bounced
    Deep Link Opened | Deep Link Clicked
  `),
}

/** https://segment.com/docs/connections/spec/b2b-saas/ and https://segment.com/docs/connections/spec/ab-testing/ */
const businessNames: TrackTable = {
  'Signed Up': 'signed_up',
  'Experiment Viewed': 'experiment_viewed',
  ...withoutType(`
    Account Created | Account Deleted | Signed In | Signed Out | Invite Sent | Account Added User
    Account Removed User | Trial Started | Trial Ended
  `),
}

/** https://segment.com/docs/connections/spec/live-chat/ and https://segment.com/docs/connections/spec/copilot/ */
const chatNames: TrackTable = withoutType(`
  Live Chat Conversation Started | Live Chat Conversation Ended | Live Chat Message Sent
  Live Chat Message Received | Conversation Started | Message Sent | Message Received
  Conversation Ended | Action Invoked | Media Generated | Component Loaded
  Custom Component Loaded | Feedback Submitted
`)

/**
 * https://segment.com/docs/connections/spec/email/, and what Twilio Engage tells of its own messages:
 * https://segment.com/docs/connections/sources/catalog/cloud-apps/engage-events/
 */
const messageNames: TrackTable = {
  'Email Bounced': 'email_bounced',
  'Email Delivered': 'email_delivered',
  'Email Link Clicked': 'email_clicked',
  'Email Marked as Spam': 'email_complained',
  'Email Opened': 'email_opened',
  Unsubscribed: 'email_unsubscribed',
  'Email Processed': 'email_sent',
  'Email Deferred': 'email_deferred',
  'Email Dropped': 'email_rejected',
  'Email Machine Opened': 'email_opened',
  'Email Unsubscribed': 'email_unsubscribed',
  'Email Group Unsubscribed': 'email_unsubscribed',
  'Email Subscribed': 'email_subscribed',
  'Email Group Subscribed': 'email_subscribed',
  'Channel Subscription Updated': 'consent_changed',
  'Group Subscription Updated': 'consent_changed',
  ...withoutType(`
    SMS Processed | SMS Queued | SMS Sending | SMS Sent | SMS Failed | SMS Delivered
    SMS Undelivered | SMS Receiving | SMS Received | SMS Read
    WhatsApp Message Queued | WhatsApp Message Accepted | WhatsApp Message Sending
    WhatsApp Message Sent | WhatsApp Message Failed | WhatsApp Message Delivered
    WhatsApp Message Undelivered | WhatsApp Message Receiving | WhatsApp Message Received
    WhatsApp Message Read
  `),
}

/**
 * https://segment.com/docs/engage/using-engage-data/ and
 * https://segment.com/docs/privacy/consent-management/consent-in-unify/
 */
const profileNames: TrackTable = {
  'Segment Consent Preference Updated': 'consent_changed',
  ...withoutType('Audience Entered | Audience Exited | Trait Computed'),
}

/** The order of words of before version 2, for names that version 2 lists no alias of. */
const spellings: Readonly<Record<string, string>> = {
  'Searched Products': 'Products Searched',
  'Viewed Cart': 'Cart Viewed',
  'Started Checkout': 'Checkout Started',
  'Refunded Order': 'Order Refunded',
}

const documentedNames: TrackTable = {
  ...ecommerceNames,
  ...aliases,
  ...videoNames,
  'Video Playback Exited': null,
  ...mobileNames,
  ...businessNames,
  ...chatNames,
  ...messageNames,
  ...profileNames,
}

export const segmentTracks = createTrackNames(documentedNames, spellings)
