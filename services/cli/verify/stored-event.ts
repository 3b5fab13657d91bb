import { TributaryError } from '#runtime/errors/index.ts'
import type { ConsentState, JsonObject, RoutedEvent, Scalar } from '#runtime/event/event.ts'
import { type EventKey, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { Channel, EventType } from '#runtime/event/vocabulary.ts'

/** A row of `events` as a query gives it. */
export interface StoredEvent {
  readonly fragment_id: FragmentId
  readonly event_id: string
  readonly event_key: EventKey
  readonly channel: Channel
  readonly source: string
  readonly type: EventType
  readonly occurred_at: string
  readonly received_at: string
  readonly identifiers: readonly { readonly id: FragmentId; readonly blocked: string }[]
  readonly traits: string
  readonly trait_kind: RoutedEvent['traitKind']
  readonly party: RoutedEvent['party']
  readonly consent: Readonly<Record<string, ConsentState>>
  readonly machine: string
  readonly properties: string
  readonly schema_id: number | null
  readonly unknown_type: 0 | 1
  readonly flags: readonly string[]
  /** Int64 as text. */
  readonly definition: string
}

/** The event that the home folded when it wrote this row. */
export const routedEvent = (row: StoredEvent): RoutedEvent => ({
  eventId: row.event_id,
  eventKey: row.event_key,
  fragment: row.fragment_id,
  channel: row.channel,
  source: row.source,
  type: row.type,
  occurredAt: epochMs(Date.parse(row.occurred_at)),
  receivedAt: epochMs(Date.parse(row.received_at)),
  identifiers: row.identifiers.map(({ id, blocked }) => ({ id, blocked: blocked || null })),
  traits: parsed(row.traits, isTraits),
  traitKind: row.trait_kind,
  party: row.party,
  consent: row.consent,
  machine: row.machine || null,
  properties: parsed(row.properties, isProperties),
  schemaId: row.schema_id,
  unknownType: row.unknown_type === 1,
  flags: row.flags,
})

/** Written by the home with JSON.stringify of just these types. */
const isTraits = (value: unknown): value is Readonly<Record<string, Scalar>> => isObject(value)
const isProperties = (value: unknown): value is JsonObject => isObject(value)
const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @throws TributaryError `TRB_INTERNAL` when somebody else wrote the row. */
function parsed<T>(text: string, is: (value: unknown) => value is T): T {
  const value: unknown = JSON.parse(text)
  if (is(value)) return value
  throw new TributaryError('TRB_INTERNAL', 'a row of events holds what no home writes')
}
