import type { RoutedEvent } from '../../event/event.ts'
import { type EventKey, epochMs } from '../../event/ids.ts'

/** An event of nobody in particular. */
export const testEvent = (parts: Partial<RoutedEvent> = {}): RoutedEvent => ({
  eventId: 'e1',
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any text is a key to these tests
  eventKey: 'AAAAAAAAAAAAAAAAAAAAAA' as EventKey,
  fragment: null,
  channel: 'web',
  source: 'segment',
  type: 'page_viewed',
  occurredAt: epochMs(1_780_000_000_000),
  receivedAt: epochMs(1_780_000_001_000),
  identifiers: [],
  traits: {},
  traitKind: 'observed',
  party: 'first',
  consent: {},
  machine: null,
  schemaId: null,
  unknownType: false,
  flags: [],
  properties: {},
  ...parts,
})
