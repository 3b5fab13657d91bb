import type {
  CanonicalEvent,
  ConsentState,
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
import type { Forwarder, LeaveBehind, SealValue } from './forward.ts'
import { namesAPerson } from './names-a-person.ts'
import { silentTally, type Tally } from './outcome.ts'

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

type Answers = Readonly<Record<string, ConsentState>>

/** Purposes that can be stored, without those that are somebody's address or number: a source may take its categories' names from anywhere. */
function impersonalPurposes(answers: Answers, leave: LeaveBehind): Answers {
  const purposes = Object.keys(answers)
  if (!purposes.some((purpose) => namesAPerson(purpose) || !purpose.isWellFormed())) return answers
  const out: Record<string, ConsentState> = {}
  for (const purpose of purposes) {
    const state = answers[purpose]
    const name = purpose.toWellFormed()
    if (namesAPerson(purpose)) leave('consent')
    // Names that only half a character tells apart are one: a refusal of either counts.
    else if (state !== undefined) out[name] = out[name] === 'denied' ? 'denied' : state
  }
  return out
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
  /** Left out: nobody counts what stays behind. */
  readonly tally?: Tally
}): Router {
  const { pseudonymiser, partitions, forwarder, suppressed, sealing, tally = silentTally } = deps
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

  /** A source may make its ids, and its own name, of addresses. A pseudonym is as good: the same whenever the event is told again. */
  const impersonal = (type: string, text: string): string =>
    namesAPerson(text) ? pseudonymiser.fragmentId(type, text) : text.toWellFormed()

  /** The name that was looked at last: nearly always the source's own in the pipeline file. */
  let sourceLookedAt = ''
  const sourceOf = ({ source }: CanonicalEvent): string => {
    if (source === sourceLookedAt) return source
    const name = impersonal('source', source)
    if (name === source) sourceLookedAt = source
    return name
  }

  /** Answers that were looked at last and stay as they are: most events carry the one object of their source's basis. */
  let lookedAt: Answers | null = null
  const consentOf = ({ consent }: CanonicalEvent, leave: LeaveBehind): Answers => {
    if (consent === lookedAt) return consent
    const kept = impersonalPurposes(consent, leave)
    if (kept === consent) lookedAt = kept
    return kept
  }

  /** A click says which link it was, and no more: links hold names and tokens. */
  const propertiesOf = (
    { type, properties }: CanonicalEvent,
    seal: SealValue,
    leave: LeaveBehind,
  ): JsonObject => {
    const kept = forwarder.properties(properties, seal, leave)
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
      const source = sourceOf(event)
      const eventId = impersonal('event_id', event.eventId)
      const eventKey = eventKeyOf(source, eventId)
      const seal = sealFor(owner)
      const leave: LeaveBehind = (field) => tally.personalValue(source, field)
      return {
        partition: owner === null ? partitionOfEvent(eventKey, partitions) : owner.home,
        event: {
          eventId,
          eventKey,
          fragment: owner === null ? null : owner.id,
          channel: event.channel,
          source,
          type: event.type,
          occurredAt: event.occurredAt,
          receivedAt: event.receivedAt,
          identifiers,
          traits: forwarder.traits(event.traits, seal, leave),
          traitKind: event.traitKind,
          party: event.party,
          consent: consentOf(event, leave),
          machine: event.machine,
          properties: propertiesOf(event, seal, leave),
          schemaId: event.schemaId,
          unknownType: event.unknownType,
          flags: event.flags,
        },
      }
    },
  }
}
