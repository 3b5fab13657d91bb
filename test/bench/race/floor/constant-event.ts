/* oxlint-disable typescript/no-unsafe-type-assertion -- brands of values that are as good as any */
import type { JsonValue, RoutedEvent } from '#runtime/event/event.ts'
import { epochMs, type EventKey, type FragmentId } from '#runtime/event/ids.ts'

const pseudonym = 'user_id:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' as FragmentId

/** As large as what a channel sends for such a record, and always the same. */
const constant: RoutedEvent = {
  eventId: '',
  eventKey: 'bbbbbbbbbbbbbbbbbbbbbb' as EventKey,
  fragment: pseudonym,
  channel: 'web',
  source: 'shop',
  type: 'product_viewed',
  occurredAt: epochMs(Date.UTC(2026, 0, 1)),
  receivedAt: epochMs(Date.UTC(2026, 0, 1)),
  identifiers: [{ id: pseudonym, blocked: null }],
  traits: {},
  traitKind: 'observed',
  party: 'first',
  consent: {},
  machine: null,
  properties: { category: 'shoes', total: 12.5, currency: 'EUR' },
  schemaId: 1,
  unknownType: false,
  flags: [],
}

/** The event's own id is all that is taken from the record, so that it can be told whether every one came through once. */
export function constantEvent(record: JsonValue): RoutedEvent {
  const { event_id: id } = record as Readonly<Record<string, JsonValue>>
  return { ...constant, eventId: typeof id === 'string' ? id : '' }
}
