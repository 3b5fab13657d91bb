import type {
  CanonicalEvent,
  JsonObject,
  JsonValue,
  Pseudonym,
  RoutedEvent,
} from '../../event/event.ts'
import type { EpochMs, FragmentId } from '../../event/ids.ts'
import { linkDigestLength, linkProperty } from '../../machines/evidence.ts'
import {
  eventKeyOf,
  homeOf,
  partitionOfEvent,
  type Pseudonymiser,
} from '../../pseudonym/pseudonym.ts'
import { createRecent } from '../../recent/recent.ts'
import type { Forwarder, SealValue } from './forward.ts'
import { namesAPerson } from './names-a-person.ts'

/** When an identifier was erased, if it was. */
export type Suppressed = (fragment: FragmentId) => EpochMs | undefined

/** Seals what the file keeps of a fragment's events. */
export interface Sealing {
  seal(fragment: FragmentId, place: string, value: JsonValue): string
}

export interface Routed {
  /** Partition of `profile.log`: the home of the event's fragment, or of its id when it has none. */
  readonly partition: number
  readonly event: RoutedEvent
}

export interface Router {
  /** Takes the person out of an event and finds its home; `erased`: one of its identifiers was erased after it was received. */
  route(event: CanonicalEvent): Routed | 'erased'
}

/** An identifier out of clear, and where it lives. */
interface Named {
  readonly id: FragmentId
  readonly rank: number
  /** Partition of `profile.log`. */
  readonly home: number
}

interface Ranked {
  readonly named: Named
  readonly blocked: string | null
}

const byRankThenId = ({ named: a }: Ranked, { named: b }: Ranked): number =>
  a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** People come back, and three digests cost ten times a look-up: so many identifiers are kept at hand, some 20 MB. */
const namedMax = 100_000

/** @param types Identifier types of the policy, best first. Identifiers of other types go no further. */
export function createRouter(deps: {
  readonly pseudonymiser: Pseudonymiser
  readonly types: readonly string[]
  readonly partitions: number
  readonly forwarder: Forwarder
  readonly suppressed: Suppressed
  /** Left out: what the file keeps sealed stays behind. */
  readonly sealing?: Sealing | undefined
}): Router {
  const { pseudonymiser, partitions, forwarder, suppressed, sealing } = deps
  const ranks = new Map(deps.types.map((type, rank) => [type, rank]))
  const recent = createRecent<Named>(namedMax)

  const nameOf = (type: string, value: string, rank: number): Named => {
    let named = recent.get(type, value)
    if (named === undefined) {
      const id = pseudonymiser.fragmentId(type, value)
      named = { id, rank, home: homeOf(id, partitions) }
      recent.set(type, value, named)
    }
    return named
  }

  /** Best first. */
  const rankedOf = (event: CanonicalEvent): readonly Ranked[] => {
    const ranked: Ranked[] = []
    for (const { type, value, blocked } of event.identifiers) {
      const rank = ranks.get(type)
      if (rank !== undefined) ranked.push({ named: nameOf(type, value, rank), blocked })
    }
    return ranked.length > 1 ? ranked.toSorted(byRankThenId) : ranked
  }

  /** A click says which link it was, and no more: links hold names and tokens. */
  const propertiesOf = ({ type, properties }: CanonicalEvent, seal: SealValue): JsonObject => {
    const kept = forwarder.properties(properties, seal)
    const link = type === 'email_clicked' ? properties['url'] : undefined
    if (typeof link !== 'string' || link === '') return kept
    const digest = pseudonymiser.fragmentId('link', link).slice('link:'.length)
    return { ...kept, [linkProperty]: digest.slice(0, linkDigestLength) }
  }

  /** An event that is nobody's has no key. */
  const sealFor = (owner: Named | null): SealValue =>
    owner === null || sealing === undefined || !forwarder.seals
      ? null
      : (place, value) => sealing.seal(owner.id, place, value)

  return {
    route(event) {
      const identifiers: Pseudonym[] = []
      let owner: Named | null = null
      for (const { named, blocked } of rankedOf(event)) {
        const erasedAt = suppressed(named.id)
        if (erasedAt !== undefined && erasedAt >= event.receivedAt) return 'erased'
        if (owner === null && blocked === null) owner = named
        identifiers.push({ id: named.id, blocked })
      }
      // A source may make its ids of addresses. A pseudonym is as good an id: the same whenever the event is told again.
      const eventId = namesAPerson(event.eventId)
        ? pseudonymiser.fragmentId('event_id', event.eventId)
        : event.eventId
      const eventKey = eventKeyOf(event.source, eventId)
      const seal = sealFor(owner)
      return {
        partition: owner === null ? partitionOfEvent(eventKey, partitions) : owner.home,
        event: {
          eventId,
          eventKey,
          fragment: owner === null ? null : owner.id,
          channel: event.channel,
          source: event.source,
          type: event.type,
          occurredAt: event.occurredAt,
          receivedAt: event.receivedAt,
          identifiers,
          traits: forwarder.traits(event.traits, seal),
          traitKind: event.traitKind,
          party: event.party,
          consent: event.consent,
          machine: event.machine,
          properties: propertiesOf(event, seal),
          schemaId: event.schemaId,
          unknownType: event.unknownType,
          flags: event.flags,
        },
      }
    },
  }
}
