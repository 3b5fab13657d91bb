import { hash } from 'node:crypto'
import { isRejection } from '#runtime/channel/core/fields.ts'
import type { IdentifierScreen } from '#runtime/channel/core/identifiers/screen.ts'
import { type IdentityPolicy, linkMemoryMs } from '#runtime/definition/identity-policy.ts'
import type { Identifier, Pseudonym } from '#runtime/event/event.ts'
import { type EpochMs, type EventKey, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { type EventType, isEventType } from '#runtime/event/vocabulary.ts'
import type { LinkRecord } from '#runtime/log/links.ts'
import { createPseudonymiser, eventKeyOf } from '#runtime/pseudonym/pseudonym.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { OfflineEvent } from './offline-event.ts'

/** Offline runs have no installation: their pseudonyms, hence their profile ids, are made with 32 zero bytes, the same everywhere. */
export const offlineKey = new Uint8Array(32)

const hashOf = (text: string): string => hash('sha256', text, 'buffer').toString('base64url', 0, 16)

export interface Arrived {
  readonly identifiers: readonly (Identifier & Pseudonym)[]
  /** Highest-priority usable identifier; null: none. */
  readonly fragment: FragmentId | null
  readonly duplicate: boolean
  /** The clock of the log when it arrived. */
  readonly logTime: EpochMs
  /** Evidence for the linker; null: too little, or said within the window. */
  readonly link: LinkRecord | null
}

/** What the channels and the homes do with an event's identity, for one file: same normalisation, same fragment, same links. */
export function createOfflineHome(
  policy: IdentityPolicy,
  screen: IdentifierScreen,
): { arrive(event: OfflineEvent): Arrived } {
  const pseudonymiser = createPseudonymiser(offlineKey)
  const ranks = new Map([...policy.types.keys()].map((type, rank) => [type, rank]))
  const memoryMs = linkMemoryMs(policy)
  const sent = new Map<string, EpochMs>()
  const ids = new Set<EventKey>()
  let clock = epochMs(Number.NEGATIVE_INFINITY)
  let effects = 0

  const pseudonyms = (event: OfflineEvent): Arrived['identifiers'] => {
    const screened = screen.screen(event.identifiers, null)
    if (isRejection(screened))
      throw new TributaryError(
        'TRB_USAGE',
        `line ${event.line}: ${screened.reject}: ${screened.detail}`,
      )
    return screened
      .map((one) => ({ ...one, id: pseudonymiser.fragmentId(one.type, one.value) }))
      .toSorted(
        (a, b) => (ranks.get(a.type) ?? 0) - (ranks.get(b.type) ?? 0) || (a.id < b.id ? -1 : 1),
      )
  }

  /** Once per distinct set and window, as a home does. */
  const linkOf = (
    event: OfflineEvent,
    eventKey: EventKey,
    fragment: FragmentId | null,
    identifiers: Arrived['identifiers'],
  ): LinkRecord | null => {
    if (fragment === null || identifiers.length < 2) return null
    const set = hashOf(identifiers.map(({ id, blocked }) => `${id} ${blocked ?? ''}\n`).join(''))
    const before = sent.get(`${fragment} ${set}`)
    if (before !== undefined && before >= clock - memoryMs) return null
    sent.set(`${fragment} ${set}`, clock)
    effects += 1
    return {
      kind: 'link',
      linkId: hashOf(`${set} ${eventKey}`),
      sender: { generation: 0, partition: 0, position: [effects, 0, 0] },
      identifiers: identifiers.map(({ id, blocked }) => ({ id, blocked })),
      eventId: event.id,
      eventKey,
      source: event.source,
      eventType: eventTypeOf(event.type),
      occurredAt: event.at,
      receivedAt: event.receivedAt,
      logTime: clock,
    }
  }

  return {
    arrive(event: OfflineEvent): Arrived {
      if (event.receivedAt > clock) clock = event.receivedAt
      const eventKey = eventKeyOf(event.source, event.id)
      const duplicate = ids.has(eventKey)
      ids.add(eventKey)
      const identifiers = pseudonyms(event)
      const fragment = identifiers.find(({ blocked }) => blocked === null)?.id ?? null
      const link = linkOf(event, eventKey, fragment, identifiers)
      return { identifiers, fragment, duplicate, logTime: clock, link }
    },
  }
}

export const eventTypeOf = (type: string): EventType =>
  isEventType(type) ? type : `custom:${type}`
