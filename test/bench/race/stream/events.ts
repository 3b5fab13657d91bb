import type { Channel } from '#runtime/event/vocabulary.ts'
import { createRandom, type Random } from '../../../world/random.ts'
import { createPeople, type People } from './people.ts'

/** One event as the company's own code sends it, and who it is of. */
export interface RaceEvent {
  readonly id: string
  readonly channel: Channel
  readonly source: string
  readonly type: string
  /** Event time, UTC milliseconds; no two events of a stream have the same. */
  readonly at: number
  /** Number of the true person. */
  readonly person: number
  /** Normalised already: as they stand they are what identity sees. */
  readonly identifiers: readonly (readonly [type: string, value: string])[]
  readonly properties: Readonly<Record<string, string | number>>
}

export interface StreamOptions {
  /** The same seed gives the same stream, byte for byte. */
  readonly seed: number
  readonly events: number
  /** At most as many as there are events: everybody has one at least. */
  readonly people: number
  /** Tells the people and ids of two streams apart. */
  readonly name: string
  /** When the newest event happened, UTC milliseconds. */
  readonly endsAt: number
  readonly days: number
  /** One person in so many has several identifiers. */
  readonly severalEvery: number
}

/** Who is active is drawn by this power of a uniform number, so that the busiest tenth has half of the events. */
const skew = 2.5

const dayMs = 86_400_000

/**
 * Events in the order in which they are sent, which is that of their times: new people come in evenly over the whole stream, some are much busier
 * than others, and what links the identifiers of a person comes with that person's first events.
 */
export function* raceEvents(options: StreamOptions): Generator<RaceEvent> {
  const { seed, events, endsAt, name } = options
  const random = createRandom(seed, 0x7ace)
  const people = createPeople(options)
  const stepMs = (options.days * dayMs) / events
  const eventsOf = new Uint32Array(people.count)
  let met = 0
  for (let n = 0; n < events; n += 1) {
    const due = Math.floor(((n + 1) * people.count) / events)
    const person = met < due ? met : Math.floor(met * random.next() ** skew)
    if (person === met) met += 1
    const nth = eventsOf[person] ?? 0
    eventsOf[person] = nth + 1
    yield {
      id: `${name}-${n}`,
      at: Math.floor(endsAt - (events - 1 - n) * stepMs),
      person,
      ...whatHappens(people, person, nth, random),
    }
  }
}

type Happening = Omit<RaceEvent, 'id' | 'at' | 'person'>

const categories = [
  'shoes',
  'coats',
  'shirts',
  'bags',
  'hats',
  'socks',
  'belts',
  'skirts',
  'suits',
  'scarves',
  'gloves',
  'boots',
] as const

/** Some are much more popular than others. */
const category = (random: Random): string =>
  categories[Math.floor(categories.length * random.next() ** 2)] ?? categories[0]

const amount = (random: Random): number => 500 + random.int(20_000)

function whatHappens(people: People, person: number, nth: number, random: Random): Happening {
  const linking = people.linking(person, nth)
  if (linking !== null) return { ...linking, properties: {} }
  const { channel, identifiers } = people.appears(person, random)
  switch (channel) {
    case 'web':
      return { channel, source: 'shop', identifiers, ...onTheSite(random) }
    case 'email':
      return { channel, source: 'newsletter', identifiers, ...inTheMail(random) }
    case 'crm':
      return { channel, source: 'desk', identifiers, ...atTheDesk(random) }
    default:
      return channel satisfies never
  }
}

type Doing = Pick<RaceEvent, 'type' | 'properties'>

function onTheSite(random: Random): Doing {
  const chance = random.next()
  const product = (): Doing['properties'] => ({
    product_id: `p${random.int(5000)}`,
    category: category(random),
    price: amount(random) / 100,
  })
  if (chance < 0.4)
    return { type: 'page_viewed', properties: { url: `https://shop.example/${random.int(300)}` } }
  if (chance < 0.72) return { type: 'product_viewed', properties: product() }
  if (chance < 0.8) return { type: 'searched', properties: { query: category(random) } }
  if (chance < 0.92) return { type: 'product_added', properties: product() }
  return { type: 'order_completed', properties: order(random) }
}

const order = (random: Random): Doing['properties'] => ({
  order_id: random.hex(12),
  category: category(random),
  quantity: 1 + random.int(4),
  total: amount(random) / 100,
  currency: 'EUR',
})

function inTheMail(random: Random): Doing {
  const properties = { message_id: random.hex(16), campaign: `c${random.int(40)}` }
  const chance = random.next()
  if (chance < 0.5) return { type: 'email_delivered', properties }
  if (chance < 0.9) return { type: 'email_opened', properties }
  return { type: 'email_clicked', properties: { ...properties, url: 'https://shop.example/sale' } }
}

function atTheDesk(random: Random): Doing {
  const chance = random.next()
  if (chance < 0.5) return { type: 'order_completed', properties: order(random) }
  if (chance < 0.8) return { type: 'ticket_opened', properties: { subject: category(random) } }
  return { type: 'deal_stage_changed', properties: { stage: `s${random.int(5)}` } }
}
