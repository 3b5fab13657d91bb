import type { CanonicalEvent, JsonObject, Pseudonym, RoutedEvent } from '../../event/event.ts'
import type { EpochMs, FragmentId } from '../../event/ids.ts'
import { linkDigestLength, linkProperty } from '../../machines/evidence.ts'
import {
  createBirthIds,
  eventKeyOf,
  partitionOfEvent,
  partitionOfProfile,
  type Pseudonymiser,
} from '../../pseudonym/pseudonym.ts'
import type { Forwarder } from './forward.ts'
import { namesAPerson } from './names-a-person.ts'

/** When an identifier was erased, if it was. */
export type Suppressed = (fragment: FragmentId) => EpochMs | undefined

export interface Routed {
  /** Partition of `profile.log`: the home of the event's fragment, or of its id when it has none. */
  readonly partition: number
  readonly event: RoutedEvent
}

export interface Router {
  /** Takes the person out of an event and finds its home; `erased`: one of its identifiers was erased after it was received. */
  route(event: CanonicalEvent): Routed | 'erased'
}

interface Ranked extends Pseudonym {
  readonly rank: number
}

const byRankThenId = (a: Ranked, b: Ranked): number =>
  a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** @param types Identifier types of the policy, best first. Identifiers of other types go no further. */
export function createRouter(deps: {
  readonly pseudonymiser: Pseudonymiser
  readonly types: readonly string[]
  readonly partitions: number
  readonly forwarder: Forwarder
  readonly suppressed: Suppressed
}): Router {
  const { pseudonymiser, partitions, forwarder, suppressed } = deps
  const birthIdOf = createBirthIds()
  const ranks = new Map(deps.types.map((type, rank) => [type, rank]))

  const pseudonyms = (event: CanonicalEvent): Pseudonym[] => {
    const ranked: Ranked[] = []
    for (const { type, value, blocked } of event.identifiers) {
      const rank = ranks.get(type)
      if (rank !== undefined)
        ranked.push({ id: pseudonymiser.fragmentId(type, value), blocked, rank })
    }
    if (ranked.length > 1) ranked.sort(byRankThenId)
    return ranked.map(({ id, blocked }) => ({ id, blocked }))
  }

  /** A click says which link it was, and no more: links hold names and tokens. */
  const propertiesOf = ({ type, properties }: CanonicalEvent): JsonObject => {
    const kept = forwarder.properties(properties)
    const link = type === 'email_clicked' ? properties['url'] : undefined
    if (typeof link !== 'string' || link === '') return kept
    const digest = pseudonymiser.fragmentId('link', link).slice('link:'.length)
    return { ...kept, [linkProperty]: digest.slice(0, linkDigestLength) }
  }

  return {
    route(event) {
      const identifiers = pseudonyms(event)
      for (const { id } of identifiers) {
        const erasedAt = suppressed(id)
        if (erasedAt !== undefined && erasedAt >= event.receivedAt) return 'erased'
      }
      const fragment = identifiers.find(({ blocked }) => blocked === null)?.id ?? null
      // A source may make its ids of addresses. A pseudonym is as good an id: the same whenever the event is told again.
      const eventId = namesAPerson(event.eventId)
        ? pseudonymiser.fragmentId('event_id', event.eventId)
        : event.eventId
      const eventKey = eventKeyOf(event.source, eventId)
      return {
        partition:
          fragment === null
            ? partitionOfEvent(eventKey, partitions)
            : partitionOfProfile(birthIdOf(fragment), partitions),
        event: {
          eventId,
          eventKey,
          fragment,
          channel: event.channel,
          source: event.source,
          type: event.type,
          occurredAt: event.occurredAt,
          receivedAt: event.receivedAt,
          identifiers,
          traits: forwarder.traits(event.traits),
          traitKind: event.traitKind,
          party: event.party,
          consent: event.consent,
          machine: event.machine,
          properties: propertiesOf(event),
          schemaId: event.schemaId,
          unknownType: event.unknownType,
          flags: event.flags,
        },
      }
    },
  }
}
