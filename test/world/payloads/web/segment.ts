import type { Act } from '../../acts.ts'
import type { LedgerEntry } from '../../ledger.ts'
import type { Random } from '../../random.ts'
import { entryOf, normalEmail, type Told } from '../told.ts'

// Field names and event names: Segment, Spec (common fields, identify, page, track, ecommerce v2).
const tracks = {
  product: ['Product Viewed', 'product_viewed'],
  add: ['Product Added', 'product_added'],
  remove: ['Product Removed', 'product_removed'],
  cart: ['Cart Viewed', 'cart_viewed'],
  checkout: ['Checkout Started', 'checkout_started'],
  order: ['Order Completed', 'order_completed'],
  refund: ['Order Refunded', 'order_refunded'],
  search: ['Products Searched', 'searched'],
  signup: ['Signed Up', 'signed_up'],
} as const

export type WebKind = keyof typeof tracks | 'page' | 'identify'
export type WebAct = Act & { readonly kind: WebKind }

const botAgent = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
const noCookie = '00000000-0000-0000-0000-000000000000'
const junkUserIds = [
  'null',
  'undefined',
  'anonymous',
  'guest',
  '0',
  '[object Object]',
  'NaN',
] as const

/** What goes wrong at the source of a web event. `nobody`: a bot, or a visit without any usable identifier. */
export type WebFlaw = 'none' | 'bot' | 'junk_user' | 'nobody'

export function webFlaw(random: Random): WebFlaw {
  const point = random.next()
  return point < 0.02 ? 'bot' : point < 0.024 ? 'junk_user' : point < 0.026 ? 'nobody' : 'none'
}

/** One Segment call. */
export function segmentCall(random: Random, act: WebAct, flaw: WebFlaw): Told {
  const messageId = `ajs-${random.uuid()}`
  const { userId } = act.person
  const signedIn = act.signedIn && flaw === 'none' && userId !== null
  const anonymousId =
    flaw === 'nobody' ? noCookie : flaw === 'bot' ? `bot-${random.int(40)}` : act.cookie
  const call = callOf(act, signedIn)
  const { type, properties } = meaningOf(act, signedIn)
  const tellsTraits = act.kind === 'identify' && signedIn
  const identifiers = [
    ...(signedIn ? [['user_id', userId] as const] : []),
    ...(tellsTraits ? [['email', normalEmail(act.typedEmail)] as const] : []),
    ...(flaw === 'nobody' ? [] : [['anonymous_id', anonymousId] as const]),
  ]
  const entry: LedgerEntry = entryOf(act, {
    id: messageId,
    source: 'segment',
    channel: 'web',
    type,
    identifiers,
    machine: flaw === 'bot',
    properties,
    ...(flaw === 'bot' || flaw === 'nobody'
      ? { person: null }
      : { sharedDevice: act.device.shared }),
    ...(flaw === 'nobody' && { fate: 'unattributed' as const }),
  })
  return {
    payload: {
      ...call,
      messageId,
      anonymousId,
      ...(signedIn && { userId }),
      ...((flaw === 'junk_user' || flaw === 'nobody') && { userId: random.pick(junkUserIds) }),
      timestamp: new Date(act.at).toISOString(),
      context: {
        ip: '192.0.2.9',
        library: { name: 'analytics.js', version: '2.11.1' },
        userAgent: flaw === 'bot' ? botAgent : act.device.userAgent,
        page: {
          url: `https://shop.example/${act.product.category}`,
          path: `/${act.product.category}`,
        },
      },
    },
    entry,
  }
}

function callOf(act: WebAct, signedIn: boolean): Record<string, unknown> {
  if (act.kind === 'page' || (act.kind === 'identify' && !signedIn)) {
    return {
      type: 'page',
      name: act.product.category,
      properties: { category: act.product.category, title: `All about ${act.product.category}` },
    }
  }
  if (act.kind === 'identify') {
    return {
      type: 'identify',
      traits: {
        email: act.typedEmail,
        firstName: act.person.firstName,
        lastName: act.person.lastName,
      },
    }
  }
  return { type: 'track', event: tracks[act.kind][0], properties: propertiesOf(act) }
}

function propertiesOf(act: WebAct): Record<string, unknown> {
  const { product } = act
  const line = {
    product_id: product.id,
    category: product.category,
    price: product.price,
    quantity: act.quantity,
  }
  switch (act.kind) {
    case 'order':
    case 'refund':
      return {
        order_id: `o-${act.at.toString(36)}-${act.person.index}`,
        total: act.total,
        currency: 'EUR',
        category: product.category,
        quantity: act.quantity,
        products: [line],
      }
    case 'checkout':
    case 'cart':
      return { value: act.total, currency: 'EUR', products: [line] }
    case 'search':
      return { query: product.category }
    default:
      return { ...line, currency: 'EUR' }
  }
}

/** The canonical type, and those canonical properties that pipeline files commonly read. */
function meaningOf(act: WebAct, signedIn: boolean): Pick<LedgerEntry, 'type' | 'properties'> {
  const { category, price } = act.product
  switch (act.kind) {
    case 'page':
      return { type: 'page_viewed', properties: { category } }
    case 'identify':
      return signedIn
        ? { type: 'identified', properties: {} }
        : { type: 'page_viewed', properties: { category } }
    case 'order':
    case 'refund':
      return {
        type: tracks[act.kind][1],
        properties: { total: act.total, currency: 'EUR', category, quantity: act.quantity },
      }
    case 'product':
    case 'add':
    case 'remove':
      return {
        type: tracks[act.kind][1],
        properties: { category, price, quantity: act.quantity, currency: 'EUR' },
      }
    default:
      return { type: tracks[act.kind][1], properties: {} }
  }
}
