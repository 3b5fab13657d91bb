import { type TrackTable, withoutType } from './track-names.ts'

// Names of `track` calls that the specs of Segment and of RudderStack share, each spec by its heading.

/**
 * Segment: https://segment.com/docs/connections/spec/ecommerce/v2/
 * RudderStack: https://www.rudderstack.com/docs/event-spec/ecommerce-events-spec/
 */
export const ecommerceNames: TrackTable = {
  'Products Searched': 'searched',
  'Product Viewed': 'product_viewed',
  'Product Added': 'product_added',
  'Product Removed': 'product_removed',
  'Cart Viewed': 'cart_viewed',
  'Checkout Started': 'checkout_started',
  'Order Completed': 'order_completed',
  'Order Refunded': 'order_refunded',
  ...withoutType(`
    Product List Viewed | Product List Filtered | Promotion Viewed | Promotion Clicked
    Product Clicked | Checkout Step Viewed | Checkout Step Completed | Payment Info Entered
    Order Updated | Order Cancelled | Coupon Entered | Coupon Applied | Coupon Denied
    Coupon Removed | Product Added to Wishlist | Product Removed from Wishlist
    Wishlist Product Added to Cart | Product Shared | Cart Shared | Product Reviewed
  `),
}

/**
 * Segment: https://segment.com/docs/connections/spec/video/
 * RudderStack: https://www.rudderstack.com/docs/event-spec/standard-events/video-events-spec/
 */
export const videoNames: TrackTable = withoutType(`
  Video Playback Started | Video Playback Paused | Video Playback Interrupted
  Video Playback Buffer Started | Video Playback Buffer Completed | Video Playback Seek Started
  Video Playback Seek Completed | Video Playback Resumed | Video Playback Completed
  Video Content Started | Video Content Playing | Video Content Completed | Video Ad Started
  Video Ad Playing | Video Ad Completed | Video Quality Updated
`)

/**
 * Segment: https://segment.com/docs/connections/spec/mobile/
 * RudderStack: https://www.rudderstack.com/docs/event-spec/standard-events/application-lifecycle-events-spec/
 */
export const lifecycleNames: TrackTable = withoutType(`
  Application Installed | Application Opened | Application Updated | Application Backgrounded
`)
