import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import { encodeFrame } from '#runtime/log/frame.ts'
import { encodeLinksRecord } from '#runtime/log/links-record.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import type { TestEvent } from '../support/fold/events.ts'
import { registryMagic } from './channel-host.ts'
import { byPriority, plainOf, pseudonymiser } from './people.ts'
import { brokerNow, identity, profiles, rawTopic, type RawRecord, type World } from './world.ts'

const minute = 60_000

/** What the outside does to a history: events, redeliveries, records that nobody can read, operators, deployments. */
export interface Outside {
  produce(): void
  command(): void
  /** Splits every identifier from all others: afterwards everything must be as if nothing had ever been merged. */
  splitAll(): void
  deploy(): void
  /** Sends one of the Defines that are still on their way; false: none is. */
  deliverDefine(): boolean
}

/** A click's link as the producer writes it, and what the channel makes of it. */
const links = Array.from({ length: 6 }, (_, n) => `https://shop.test/sale/${n}`)
const digestOf = (url: string): string =>
  pseudonymiser.fragmentId('link', url).slice('link:'.length).slice(0, 8)
const urls = new Map(links.map((url) => [digestOf(url), url]))

/** An event in the envelope of this project. */
function written({ id, identifiers, at, type, properties, traits }: TestEvent): object {
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
    consent: { service: 'basis' },
  }
}

/** Bytes that are no record, one way or another. */
const unreadable: readonly Uint8Array[] = [
  Buffer.from('{"unfinished":'),
  Buffer.from([0xff, 0xfe, 0x22]),
  Buffer.alloc(0),
  Buffer.from('"text"'),
]

export function createOutside(world: World): Outside {
  const { random, broker } = world
  const sent: TestEvent[] = []
  const defines: { readonly partition: number; readonly version: number }[] = []
  let commands = 0

  const isBad = (item: TestEvent | null): boolean =>
    item === null || item.at > brokerNow(world) + 5 * minute

  const append = (
    partition: number,
    bytes: Uint8Array,
    events: readonly TestEvent[],
    bad: RawRecord['bad'],
  ): void => {
    const { high } = broker.range({ topic: rawTopic, partition })
    broker.append(rawTopic, { key: null, value: bytes, partition })
    world.raw.push({ at: brokerNow(world), partition, offset: high, bytes, events, bad })
  }

  /**
   * Some of it good, and among it what cannot be read: nonsense, and, once the brokers' clock was put back, an event from what is now the
   * future. Some behind a schema that is not known yet.
   */
  const send = (events: readonly TestEvent[]): void => {
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
    append(random.below(rawPartitions), bytes, good, bad)
  }
  const rawPartitions = broker.topic(rawTopic)?.partitions.length ?? 1

  const newEvent = (): TestEvent => {
    const wanted = random.chance(0.04) ? 0 : random.chance(0.35) ? 2 : 1
    const first = random.chance(0.4) ? world.identifiers.slice(0, 1) : []
    const identifiers = [...new Set([...first, ...random.shuffled(world.identifiers)])]
    const event = {
      id: `e${sent.length}`,
      identifiers: identifiers.slice(0, wanted).toSorted(byPriority),
      // Late ones, too.
      at: brokerNow(world) - (random.chance(0.2) ? random.below(300) * minute : 0),
      properties: { quantity: 1 + random.below(9) },
      traits: random.chance(0.2) ? { city: random.pick(['Rome', 'Oslo', 'Bonn']) } : {},
    }
    sent.push(event)
    return event
  }

  /** What a scanner makes of one mail: clicks on its links within two seconds, and perhaps one of them again. */
  const newScan = (): readonly TestEvent[] => {
    const of = random.pick(world.identifiers)
    return Array.from({ length: 2 + random.below(5) }, (): TestEvent => {
      const event = {
        id: `e${sent.length}`,
        identifiers: [of],
        at: brokerNow(world) - 1_000 - random.below(2_000),
        type: 'email_clicked' as const,
        properties: { link_digest: digestOf(random.pick(links)) },
      }
      sent.push(event)
      return event
    })
  }

  const appendLink = (record: LinksRecord): void =>
    broker.append(identity.reads.links, {
      key: Buffer.from(`outside/${commands++}`),
      value: encodeLinksRecord(record),
      partition: 0,
    })

  const operator = () =>
    ({
      kind: 'command',
      commandId: `c${commands}`,
      at: epochMs(brokerNow(world)),
      by: 'op',
      reason: '',
    }) as const

  const sendDefine = (partition: number, to: number): void =>
    broker.append(profiles.writes.profileLog, {
      key: null,
      value: encodeFrame({
        origin: { kind: 'definitions' },
        logTime: null,
        messages: [
          { position: [to, 0, 0], body: { kind: 'define', version: definitionVersion(to) } },
        ],
      }),
      partition,
    })

  const outside: Outside = {
    produce() {
      if (random.chance(0.15)) {
        // In one batch of the vendor, or click by click.
        const scan = newScan()
        for (const events of random.chance(0.3) ? [scan] : scan.map((event) => [event]))
          send(events)
        return
      }
      if (random.chance(0.03)) {
        append(random.below(rawPartitions), random.pick(unreadable), [], [null])
        return
      }
      if (random.chance(0.01)) {
        sendGarbage(world)
        return
      }
      const count = random.chance(0.8) ? 1 : 2 + random.below(2)
      send(
        Array.from({ length: count }, () =>
          sent.length > 0 && random.chance(0.12) ? random.pick(sent) : newEvent(),
        ),
      )
    },
    command() {
      const kind = random.next()
      const action =
        kind < 0.4 ? 'merge' : kind < 0.75 ? 'split' : kind < 0.85 ? 'unsplit' : 'erase'
      const two = action === 'merge' || action === 'unsplit'
      const fragments = random.shuffled(world.identifiers).slice(0, two ? 2 : 1)
      appendLink({ ...operator(), action, fragments })
    },
    splitAll() {
      for (const fragment of world.identifiers)
        appendLink({ ...operator(), action: 'split', fragments: [fragment] })
    },
    deploy() {
      if (world.deployed >= 3) return
      const version = ++world.deployed
      appendLink({
        kind: 'define',
        version: definitionVersion(version),
        at: epochMs(brokerNow(world)),
      })
      for (let partition = 0; partition < world.partitions; partition++)
        defines.push({ partition, version })
    },
    deliverDefine() {
      const [next] = defines.splice(random.below(defines.length), 1)
      if (next === undefined) return false
      sendDefine(next.partition, next.version)
      return true
    },
  }
  // The first definition is everywhere before anything else is sent: channels wait for it.
  outside.deploy()
  while (outside.deliverDefine());
  return outside
}

/** Somebody writes into `profile.log` what is no frame. */
function sendGarbage(world: World): void {
  const partition = world.random.below(world.partitions)
  const { high } = world.broker.range({ topic: profiles.writes.profileLog, partition })
  world.broker.append(profiles.writes.profileLog, {
    key: null,
    value: Buffer.from('no frame'),
    partition,
  })
  world.garbage.push({ partition, offset: high })
}
