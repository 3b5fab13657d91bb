import type { RoutedEvent } from '#runtime/event/event.ts'
import {
  type DefinitionVersion,
  type EpochMs,
  epochMs,
  type FragmentId,
  type ProfileId,
  typeOf,
} from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { EventRow, ProfileIdentifierRow } from '#schemas/clickhouse/rows.ts'

export interface EventRowInput {
  readonly event: RoutedEvent
  /** Of `profile.log`. */
  readonly partition: number
  readonly version: string
  readonly logTime: EpochMs
  readonly definition: DefinitionVersion
  /** `originKey` of the raw partition, offset and index in the raw record. */
  readonly origin: string
  readonly originOffset: number
  readonly originIndex: number
}

/** An accepted event, as the home writes it. Unattributed events have no fragment. */
export function eventRow(place: EventRowInput): EventRow {
  const { event } = place
  return {
    fragment_id: event.fragment ?? '',
    partition: place.partition,
    version: place.version,
    event_id: event.eventId,
    event_key: event.eventKey,
    channel: event.channel,
    source: event.source,
    type: event.type,
    occurred_at: toIso(event.occurredAt),
    received_at: toIso(event.receivedAt),
    log_time: toIso(place.logTime),
    identifiers: event.identifiers.map(withBlocked),
    traits: JSON.stringify(event.traits),
    trait_kind: event.traitKind,
    party: event.party,
    consent: event.consent,
    machine: event.machine ?? '',
    properties: event.propertiesJson ?? JSON.stringify(event.properties),
    schema_id: event.schemaId,
    unknown_type: event.unknownType ? 1 : 0,
    flags: event.flags,
    definition: place.definition,
    origin: place.origin,
    origin_offset: place.originOffset,
    origin_index: place.originIndex,
  }
}

const withBlocked = ({
  id,
  blocked,
}: RoutedEvent['identifiers'][number]): EventRow['identifiers'][number] => ({
  id,
  blocked: blocked ?? '',
})

export interface IdentifierRowInput {
  readonly fragment: FragmentId
  readonly birth: ProfileId
  readonly assigned: ProfileId
  readonly at: EpochMs
  readonly version: string
  readonly deleted: boolean
  /** What was received by then belongs to a life that expired. Negative: to none. */
  readonly expiredAt: EpochMs
}

/** Which profile a fragment belongs to since `at`; `deleted` closes it. */
export const identifierRow = (input: IdentifierRowInput): ProfileIdentifierRow => ({
  fragment_id: input.fragment,
  identifier_type: typeOf(input.fragment),
  birth_profile_id: input.birth,
  profile_id: input.assigned,
  assigned_at: toIso(input.at),
  version: input.version,
  deleted: input.deleted ? 1 : 0,
  expired_at: toIso(epochMs(Math.max(0, input.expiredAt))),
})
