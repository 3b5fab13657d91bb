import type { EventType } from '#runtime/event/vocabulary.ts'

/**
 * Names of `track` calls in Segment's e-commerce spec (version 2, and the names of version 1 that it lists as aliases), A/B testing
 * spec and B2B SaaS spec. Compared without regard to case, blanks, dashes and underscores, since libraries write them all ways.
 */
const trackNames: Readonly<Record<string, EventType>> = {
  'Product Viewed': 'product_viewed',
  'Viewed Product': 'product_viewed',
  'Product Added': 'product_added',
  'Added Product': 'product_added',
  'Product Removed': 'product_removed',
  'Removed Product': 'product_removed',
  'Cart Viewed': 'cart_viewed',
  'Viewed Cart': 'cart_viewed',
  'Checkout Started': 'checkout_started',
  'Started Checkout': 'checkout_started',
  'Order Completed': 'order_completed',
  'Completed Order': 'order_completed',
  'Order Refunded': 'order_refunded',
  'Refunded Order': 'order_refunded',
  'Products Searched': 'searched',
  'Searched Products': 'searched',
  'Signed Up': 'signed_up',
  'Experiment Viewed': 'experiment_viewed',
}

/** One entry between two bars or line ends. */
const listed = (text: string): readonly string[] =>
  text
    .split(/[|\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')

/** Names that the specs define and our vocabulary does not: kept as `custom:<name>`, and no news to anyone. */
const otherNames: readonly string[] = listed(`
  Product List Viewed | Product List Filtered | Promotion Viewed | Promotion Clicked
  Product Clicked | Checkout Step Viewed | Checkout Step Completed | Payment Info Entered
  Order Updated | Order Cancelled | Coupon Entered | Coupon Applied | Coupon Denied
  Coupon Removed | Product Added to Wishlist | Product Removed from Wishlist
  Wishlist Product Added to Cart | Product Shared | Cart Shared | Product Reviewed
  Account Created | Account Deleted | Signed In | Signed Out | Trial Started | Trial Ended
  Account Added User | Account Removed User | Invite Sent | Segment Consent Preference Updated
  Application Installed | Application Opened | Application Updated | Application Backgrounded
  Application Crashed | Application Uninstalled | Push Notification Received
  Push Notification Tapped | Push Notification Bounced | Install Attributed | Deep Link Opened
`)

const fold = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]+/g, '')

const byFoldedName: ReadonlyMap<string, EventType | null> = new Map([
  ...otherNames.map((name): [string, null] => [fold(name), null]),
  ...Object.entries(trackNames).map(([name, type]): [string, EventType] => [fold(name), type]),
])

const foldedNames = new Map<string, string>()

/** What a `track` call means; `unknown`: the specs do not name it, the company made it up. */
export function trackType(name: string): { readonly type: EventType; readonly unknown: boolean } {
  let folded = foldedNames.get(name)
  if (folded === undefined) {
    folded = fold(name)
    if (foldedNames.size > 2000) foldedNames.clear()
    foldedNames.set(name, folded)
  }
  const type = byFoldedName.get(folded)
  return {
    type: type ?? `custom:${name.slice(0, 128)}`,
    unknown: type === undefined,
  }
}

/** The calls beside `track`. */
export const callTypes = {
  page: 'page_viewed',
  screen: 'screen_viewed',
  identify: 'identified',
  alias: 'aliased',
  group: 'grouped',
} as const satisfies Readonly<Record<string, EventType>>

export type Call = keyof typeof callTypes

export const isCall = (name: string): name is Call => Object.hasOwn(callTypes, name)
