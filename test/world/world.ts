import { type Act, createAct } from './acts.ts'
import { type Delivery, createDelivery } from './delivery.ts'
import type { WorldRecord } from './ledger.ts'
import { createPerson, type Person } from './people.ts'
import { createRandom } from './random.ts'
import { type Outbox, createOutbox } from './outbox.ts'
import type { EncodeEnvelope } from './payloads/envelope.ts'

export interface WorldOptions {
  readonly seed: number
  /** Events to send, redeliveries and broken ones included; the last record may bring a few more. */
  readonly events: number
  readonly people: number
  /** When the story ends, UTC milliseconds; it begins `days` before. */
  readonly now: number
  readonly days: number
  /** Writes our own Avro envelope under the registry's schema id. */
  readonly encodeEnvelope: EncodeEnvelope
}

const dayMs = 86_400_000
/** How many people's facts are kept at hand: they can be derived again from the seed at any time. */
const peopleCached = 20_000

/**
 * The records of a seeded world in the order of their delivery: late, repeated, out of order, several events in one record, broken ones
 * among them. A generator: ten million events need no more memory than ten thousand.
 */
export function* createWorld(options: WorldOptions): Generator<WorldRecord> {
  const { seed, events, now, days } = options
  const random = createRandom(seed, 0x776f)
  const personOf = rememberPeople(seed)
  const outbox: Outbox = createOutbox(createRandom(seed, 0x6f62), options.encodeEnvelope)
  const delivery: Delivery = createDelivery(createRandom(seed, 0x6465))
  const start = now - days * dayMs
  let sent = 0
  let acts = 0
  while (sent + delivery.waiting() < events) {
    const person = personOf(likelyPerson(random.next(), options.people))
    const base = start + Math.floor(((days - 1) * dayMs * Math.min(acts++, events)) / events)
    const act: Act = createAct(random, seed, person, base + random.int(dayMs))
    for (const record of delivery.deliver(outbox.tell(act))) {
      sent += record.entries.length
      yield record
    }
  }
  for (const record of [...delivery.deliver(outbox.flush()), ...delivery.flush()]) yield record
}

/** Few are busy, most are seldom seen: a power law with everybody's share above zero. */
function likelyPerson(point: number, people: number): number {
  return Math.min(people - 1, Math.floor(people * point ** 1.6))
}

function rememberPeople(seed: number): (index: number) => Person {
  const cache = new Map<number, Person>()
  return (index) => {
    const known = cache.get(index)
    if (known !== undefined) return known
    const person = createPerson(seed, index)
    if (cache.size >= peopleCached) cache.delete(cache.keys().next().value ?? -1)
    cache.set(index, person)
    return person
  }
}
