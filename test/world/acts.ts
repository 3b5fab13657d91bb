import { type Category, categories, cookieOf, type Device, type Person } from './people.ts'
import type { Random } from './random.ts'

/** What a person does, before any system tells of it in its own words. */
export interface Act {
  readonly kind: ActKind
  readonly at: number
  readonly person: Person
  readonly device: Device
  readonly cookie: string
  /** Signed in: the web site knows the account. */
  readonly signedIn: boolean
  readonly product: { readonly id: string; readonly category: Category; readonly price: number }
  readonly total: number
  readonly quantity: number
  readonly email: string
  /** The address as she types it when a form or a till asks: now and then with a mistake in it, one that is nobody else's address. */
  readonly typedEmail: string
}

export type ActKind =
  | 'page'
  | 'product'
  | 'add'
  | 'remove'
  | 'cart'
  | 'checkout'
  | 'order'
  | 'refund'
  | 'search'
  | 'identify'
  | 'signup'
  | 'mail_sent'
  | 'mail_delivered'
  | 'mail_open'
  | 'mail_machine_open'
  | 'mail_click'
  | 'mail_scan'
  | 'mail_bounce'
  | 'mail_unsubscribe'
  | 'mail_complaint'
  | 'contact_created'
  | 'contact_email'
  | 'contact_phone'
  | 'contact_tier'
  | 'contact_merge'
  | 'till_order'
  | 'envelope_order'
  | 'envelope_ticket'

/** Shares of what happens, in the proportions of a mid-size shop. */
const web: readonly (readonly [ActKind, number])[] = [
  ['page', 30],
  ['product', 28],
  ['add', 7],
  ['remove', 1],
  ['cart', 4],
  ['checkout', 2.5],
  ['order', 2],
  ['refund', 0.2],
  ['search', 5],
  ['identify', 5],
  ['signup', 0.6],
]
const mail: readonly (readonly [ActKind, number])[] = [
  ['mail_sent', 10],
  ['mail_delivered', 10],
  ['mail_open', 8],
  ['mail_machine_open', 2],
  ['mail_click', 3],
  ['mail_scan', 0.2],
  ['mail_bounce', 0.4],
  ['mail_unsubscribe', 0.3],
  ['mail_complaint', 0.05],
]
const crm: readonly (readonly [ActKind, number])[] = [
  ['contact_created', 1],
  ['contact_email', 3],
  ['contact_phone', 1],
  ['contact_tier', 1.5],
  ['contact_merge', 0.15],
  ['till_order', 4],
  ['envelope_order', 1],
  ['envelope_ticket', 0.7],
]
const table = [...web, ...mail, ...crm]
export const actKinds: readonly ActKind[] = table.map(([kind]) => kind)
const weightOfAll = table.reduce((sum, [, weight]) => sum + weight, 0)

const dayMs = 86_400_000

/** What is done, whenever and on whatever device. */
type Deed = Pick<Act, 'kind' | 'total' | 'quantity'> & Omit<Act['product'], 'id'>

/** What a system can't know (no account, no card) turns into a plain page view. */
export function drawDeed(random: Random, person: Person): Deed {
  const category = random.chance(0.6) ? person.favourite : random.pick(categories)
  const price = Math.round((5 + random.next() * 60 * person.spender) * 100) / 100
  const quantity = 1 + random.int(3)
  const kind = possible(drawKind(random), person)
  return { kind, category, price, quantity, total: Math.round(price * quantity * 100) / 100 }
}

/** The next thing that `person` does at `at`. */
export function createAct(random: Random, seed: number, person: Person, at: number): Act {
  const day = Math.floor(at / dayMs)
  const device = person.devices[(day + person.index) % person.devices.length] ?? person.devices[0]
  const { category, price, quantity, kind, total } = drawDeed(random, person)
  const email = random.pick(person.emails)
  return {
    kind,
    at,
    person,
    device,
    cookie: cookieOf(seed, device, day),
    signedIn:
      person.userId !== null &&
      (device.shared || (day + person.index) % 3 > 0 || kind === 'identify' || kind === 'signup'),
    product: { id: `p-${category}-${random.int(400)}`, category, price },
    total,
    quantity,
    email,
    typedEmail: random.chance(0.01) ? mistyped(random, email) : email,
  }
}

/** A letter doubled before the at sign. */
function mistyped(random: Random, email: string): string {
  const at = random.int(email.lastIndexOf('@'))
  return `${email.slice(0, at + 1)}${email.slice(at, at + 1)}${email.slice(at + 1)}`
}

function drawKind(random: Random): ActKind {
  let point = random.next() * weightOfAll
  for (const [kind, weight] of table) {
    point -= weight
    if (point < 0) return kind
  }
  return 'page'
}

function possible(kind: ActKind, person: Person): ActKind {
  switch (kind) {
    case 'identify':
    case 'signup':
      return person.userId === null ? 'page' : kind
    case 'contact_created':
    case 'contact_email':
    case 'contact_phone':
    case 'contact_tier':
      return person.crmIds.length === 0 ? 'page' : kind
    case 'contact_merge':
      return person.crmIds.length < 2 ? 'page' : kind
    case 'till_order':
      return person.loyaltyCard === null ? 'product' : kind
    case 'envelope_order':
    case 'envelope_ticket':
      return person.userId === null ? 'page' : kind
    default:
      return kind
  }
}
