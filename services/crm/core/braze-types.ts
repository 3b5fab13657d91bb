import { listed } from '#runtime/channel/core/listed.ts'
import type { EventType } from '#runtime/event/vocabulary.ts'

/** Events of Currents that our vocabulary has a word for. */
const meant: Readonly<Record<string, EventType>> = {
  'users.messages.email.Send': 'email_sent',
  'users.messages.email.Delivery': 'email_delivered',
  'users.messages.email.Deferral': 'email_deferred',
  'users.messages.email.Open': 'email_opened',
  'users.messages.email.Click': 'email_clicked',
  'users.messages.email.Bounce': 'email_bounced',
  'users.messages.email.SoftBounce': 'email_bounced',
  'users.messages.email.MarkAsSpam': 'email_complained',
  'users.messages.email.Unsubscribe': 'email_unsubscribed',
  'users.behaviors.Purchase': 'order_completed',
  'users.behaviors.subscription.GlobalStateChange': 'consent_changed',
  'users.behaviors.subscriptiongroup.StateChange': 'consent_changed',
  'users.RandomBucketNumberUpdate': 'contact_updated',
  'users.profile.Update': 'contact_updated',
  'users.UserDeleteRequest': 'contact_deleted',
  'users.UserOrphan': 'contact_merged',
}

/** The others, kept under their own names. Some are of former years: the news feed, influenced opens, aborted campaigns. */
const kept = listed(`
  users.messages.email.Abort | users.messages.email.Retry
  users.messages.pushnotification.Send | users.messages.pushnotification.Open | users.messages.pushnotification.Bounce
  users.messages.pushnotification.IosForeground | users.messages.pushnotification.InfluencedOpen
  users.messages.pushnotification.Abort | users.messages.pushnotification.Retry
  users.messages.inappmessage.Impression | users.messages.inappmessage.Click | users.messages.inappmessage.Abort
  users.messages.contentcard.Send | users.messages.contentcard.Impression | users.messages.contentcard.Click
  users.messages.contentcard.Dismiss | users.messages.contentcard.Abort
  users.messages.newsfeedcard.Impression | users.messages.newsfeedcard.Click | users.messages.newsfeedcard.Abort
  users.messages.banner.Impression | users.messages.banner.Click | users.messages.banner.Dismiss | users.messages.banner.Abort
  users.messages.featureflag.Impression
  users.messages.liveactivity.Send | users.messages.liveactivity.Outcome
  users.messages.sms.Send | users.messages.sms.CarrierSend | users.messages.sms.Delivery | users.messages.sms.DeliveryFailure
  users.messages.sms.Rejection | users.messages.sms.InboundReceive | users.messages.sms.ShortLinkClick
  users.messages.sms.Abort | users.messages.sms.Retry
  users.messages.rcs.Send | users.messages.rcs.Delivery | users.messages.rcs.Read | users.messages.rcs.Click
  users.messages.rcs.Rejection | users.messages.rcs.InboundReceive | users.messages.rcs.Abort
  users.messages.whatsapp.Send | users.messages.whatsapp.Delivery | users.messages.whatsapp.Read | users.messages.whatsapp.Click
  users.messages.whatsapp.Failure | users.messages.whatsapp.InboundReceive | users.messages.whatsapp.Abort
  users.messages.whatsapp.Retry
  users.messages.line.Send | users.messages.line.Click | users.messages.line.InboundReceive | users.messages.line.Abort
  users.messages.line.Retry
  users.messages.webhook.Send | users.messages.webhook.Failure | users.messages.webhook.Abort | users.messages.webhook.Retry
  users.behaviors.app.FirstSession | users.behaviors.app.SessionStart | users.behaviors.app.SessionEnd
  users.behaviors.app.NewsFeedImpression
  users.behaviors.InstallAttribution | users.behaviors.Location | users.behaviors.Uninstall | users.behaviors.UpgradedApp
  users.behaviors.pushnotification.TokenStateChange
  users.behaviors.liveactivity.PushToStartTokenChange | users.behaviors.liveactivity.UpdateTokenChange
  users.campaigns.Conversion | users.campaigns.EnrollInControl | users.campaigns.Abort | users.campaigns.UniqueReceipt
  users.canvas.Entry | users.canvas.Conversion | users.canvas.Abort
  users.canvas.exit.MatchedAudience | users.canvas.exit.PerformedEvent
  users.canvas.experimentstep.SplitEntry | users.canvas.experimentstep.Conversion
  users.canvas.costep.Send | users.canvas.costep.Conversion
  users.canvas.sendtodestination.Sent | users.canvas.sendtodestination.NotSent
  users.canvasstep.Progression
  contentoptimizer.ComponentStore | agentconsole.AgentExecuted | agentconsole.ToolInvocation
`)

/** The name of an exported profile, which is no event of Currents. */
export const profileExport = 'users/export'

/** An event that the company itself has named. */
export const customEvent = 'users.behaviors.CustomEvent'

/** Braze's recommended names for events of shops; any other is the company's own. */
const recommended: Readonly<Record<string, EventType>> = {
  'ecommerce.product_viewed': 'product_viewed',
  'ecommerce.cart_updated': 'custom:ecommerce.cart_updated',
  'ecommerce.checkout_started': 'checkout_started',
  'ecommerce.order_placed': 'order_completed',
  'ecommerce.order_refunded': 'order_refunded',
  'ecommerce.order_cancelled': 'custom:ecommerce.order_cancelled',
}

/** A custom event goes by its own name too: `users.behaviors.CustomEvent: ecommerce.order_placed`. */
export const customEntry = (name: string): string => `${customEvent}: ${name}`

export const brazeTypes: Readonly<Record<string, EventType>> = {
  ...Object.fromEntries(kept.map((name) => [name, `custom:${name}`] as const)),
  ...meant,
  ...Object.fromEntries(
    Object.entries(recommended).map(([name, type]) => [customEntry(name), type]),
  ),
  [profileExport]: 'contact_updated',
}

/** What an event means; `unknown`: neither Currents' documentation nor the list of recommended events names it. */
export function brazeType(
  event: string,
  custom: string | undefined,
): { readonly type: EventType; readonly unknown: string | null } {
  const name = event === customEvent && custom !== undefined ? customEntry(custom) : event
  const type = Object.hasOwn(brazeTypes, name) ? brazeTypes[name] : undefined
  if (type !== undefined) return { type, unknown: null }
  const own = (event === customEvent ? custom : undefined) ?? event
  return { type: `custom:${own.slice(0, 128)}`, unknown: own }
}
