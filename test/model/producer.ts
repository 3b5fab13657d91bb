import type { TestEvent } from '../support/fold/events.ts'
import { registryMagic } from './channel-host.ts'
import { withAnswers } from './answers.ts'
import { byPriority, plainOf, pseudonymiser } from './people.ts'
import { brokerNow, rawTopic, type RawRecord, type World } from './world.ts'

const minute = 60_000

/** A click's link as the producer writes it, and what the channel makes of it. */
const links = Array.from({ length: 6 }, (_, n) => `https://shop.test/sale/${n}`)
const digestOf = (url: string): string =>
  pseudonymiser.fragmentId('link', url).slice('link:'.length).slice(0, 8)
const urls = new Map(links.map((url) => [digestOf(url), url]))

/** An event in the envelope of this project. */
function written({ id, identifiers, at, type, properties, traits, consent }: TestEvent): object {
  const digest = properties?.['link_digest']
  return {
    event_id: id,
    type: type ?? 'page_viewed',
    occurred_at: at,
    identifiers: identifiers.map(plainOf),
    properties:
      digest === undefined
        ? properties
        : { url: urls.get(typeof digest === 'string' ? digest : ''), campaign: 'autumn' },
    traits,
    consent: { service: 'basis', ...consent },
  }
}

/** Bytes that are no record, one way or another. */
const unreadable: readonly Uint8Array[] = [
  Buffer.from('{"unfinished":'),
  Buffer.from([0xff, 0xfe, 0x22]),
  Buffer.alloc(0),
  Buffer.from('"text"'),
]

/** Whoever writes into the raw topic: new events, events once more, scanners' bursts, and what nobody can read. */
export function createProducer(world: World, serving: () => World): { produce(): void } {
  const { random } = world
  const sent: TestEvent[] = []
  const remember = (event: TestEvent): TestEvent => {
    sent.push(event)
    return event
  }
  return {
    produce() {
      if (random.chance(0.15)) {
        // In one batch of the vendor, or click by click.
        const scan = newScan(world, sent.length).map(remember)
        for (const events of random.chance(0.3) ? [scan] : scan.map((event) => [event]))
          send(world, events)
        return
      }
      if (random.chance(0.03)) {
        append(world, anyPartition(world), random.pick(unreadable), [], [null])
        return
      }
      if (random.chance(0.01)) {
        sendGarbage(serving())
        return
      }
      const count = random.chance(0.8) ? 1 : 2 + random.below(2)
      send(
        world,
        Array.from({ length: count }, () =>
          sent.length > 0 && random.chance(0.12)
            ? random.pick(sent)
            : remember(withAnswers(world.seed, newEvent(world, sent.length))),
        ),
      )
    },
  }
}

function newEvent(world: World, number: number): TestEvent {
  const { random } = world
  const wanted = random.chance(0.04) ? 0 : random.chance(world.pairs) ? 2 : 1
  const first = random.chance(0.4) ? world.identifiers.slice(0, 1) : []
  const identifiers = [...new Set([...first, ...random.shuffled(world.identifiers)])]
  return {
    id: `e${number}`,
    identifiers: identifiers.slice(0, wanted).toSorted(byPriority),
    // Late ones, too.
    at: brokerNow(world) - (random.chance(0.2) ? random.below(300) * minute : 0),
    properties: { quantity: 1 + random.below(9) },
    // Nobody else is in a town of this name: where it stands, its event is known.
    traits: random.chance(0.2)
      ? { city: `${random.pick(['Rome', 'Oslo', 'Bonn'])} e${number}.` }
      : {},
  }
}

/** What a scanner makes of one mail: clicks on its links within two seconds, and perhaps one of them again. */
function newScan(world: World, number: number): readonly TestEvent[] {
  const { random } = world
  const of = random.pick(world.identifiers)
  return Array.from({ length: 2 + random.below(5) }, (_, n) => ({
    id: `e${number + n}`,
    identifiers: [of],
    at: brokerNow(world) - 1_000 - random.below(2_000),
    type: 'email_clicked' as const,
    properties: { link_digest: digestOf(random.pick(links)) },
  }))
}

/**
 * Some of it good, and among it what cannot be read: nonsense, and, once the brokers' clock was put back, an event from what is now the
 * future. Some behind a schema that is not known yet.
 */
function send(world: World, events: readonly TestEvent[]): void {
  const { random } = world
  const isBad = (item: TestEvent | null): boolean =>
    item === null || item.at > brokerNow(world) + 5 * minute
  const items: (TestEvent | null)[] = [...events]
  if (random.chance(0.1)) items.splice(random.below(items.length + 1), 0, null)
  const nonsense = random.pick([{ nonsense: true }, 17])
  const bad = items.flatMap((item, index) => (isBad(item) ? [index] : []))
  const json = Buffer.from(
    JSON.stringify(items.map((item) => (item === null ? nonsense : written(item)))),
  )
  const bytes = random.chance(0.1)
    ? Buffer.concat([Buffer.from([registryMagic, 0, 0, 0, 7]), json])
    : json
  const good = events.filter((event) => !isBad(event))
  append(world, anyPartition(world), bytes, good, bad)
}

const anyPartition = ({ broker, random }: World): number =>
  random.below(broker.topic(rawTopic)?.partitions.length ?? 1)

function append(
  world: World,
  partition: number,
  bytes: Uint8Array,
  events: readonly TestEvent[],
  bad: RawRecord['bad'],
): void {
  const { broker } = world
  const { high } = broker.range({ topic: rawTopic, partition })
  broker.append(rawTopic, { key: null, value: bytes, partition })
  world.raw.push({ at: brokerNow(world), partition, offset: high, bytes, events, bad })
}

/** Somebody writes into `profile.log` what is no frame. */
function sendGarbage(world: World): void {
  const partition = world.random.below(world.partitions)
  const { high } = world.broker.range({ topic: world.profiles.writes.profileLog, partition })
  world.broker.append(world.profiles.writes.profileLog, {
    key: null,
    value: Buffer.from('no frame'),
    partition,
  })
  world.garbage.push({ topic: world.profiles.writes.profileLog, partition, offset: high })
}
