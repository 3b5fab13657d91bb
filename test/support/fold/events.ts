/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import type { RoutedEvent } from '#runtime/event/event.ts'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { eventKeyOf } from '#runtime/pseudonym/pseudonym.ts'

export interface TestEvent {
  readonly id: string
  /** Its first is the fragment. */
  readonly identifiers: readonly string[]
  readonly at: number
  readonly receivedAt?: number
  readonly type?: RoutedEvent['type']
  readonly properties?: RoutedEvent['properties']
  readonly traits?: RoutedEvent['traits']
  readonly consent?: RoutedEvent['consent']
  readonly source?: string
}

/** A routed event with everything that a test does not care for filled in. */
export const routedEvent = (event: TestEvent): RoutedEvent => {
  const identifiers = event.identifiers.map((id) => ({ id: id as FragmentId, blocked: null }))
  return {
    eventId: event.id,
    eventKey: eventKeyOf('test', event.id),
    fragment: identifiers[0]?.id ?? null,
    channel: 'web',
    source: event.source ?? 'test',
    type: event.type ?? 'page_viewed',
    occurredAt: epochMs(event.at),
    receivedAt: epochMs(event.receivedAt ?? event.at),
    identifiers,
    traits: event.traits ?? {},
    traitKind: 'observed',
    party: 'first',
    consent: event.consent ?? { service: 'basis' },
    machine: null,
    schemaId: null,
    unknownType: false,
    flags: [],
    properties: event.properties ?? {},
  }
}
