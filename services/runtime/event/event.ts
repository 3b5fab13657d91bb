import type { EpochMs, EventKey, FragmentId } from './ids.ts'
import type { Channel, EventType } from './vocabulary.ts'

export type Scalar = string | number | boolean
export type JsonValue = Scalar | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }
export type JsonObject = { readonly [key: string]: JsonValue }

/** Where a trait's value comes from, best first: the person said it, a system saw it, a model guessed it. */
export type TraitKind = 'declared' | 'observed' | 'inferred'
export type Party = 'first' | 'third'
/** `basis`: the source states a legal basis for a purpose that the person has not answered. An answer always wins. */
export type ConsentState = 'granted' | 'denied' | 'basis'

/** An identifier in clear; it exists only inside a channel service. `blocked` is the id of the junk rule that it met. */
export interface Identifier {
  readonly type: string
  readonly value: string
  readonly blocked: string | null
  /** What is odd about the value and yet no reason to block it; sorted, distinct. */
  readonly flags: readonly string[]
}

/** What is known of an event beside what it says: for the figures of data quality. */
export interface EventQuality {
  /** Avro schema that the raw record was written with; null: no Avro. */
  readonly schemaId: number | null
  /** The source's type is in no table of ours: kept as `custom:<name>`. */
  readonly unknownType: boolean
  /** Codes of what is odd and yet no reason to refuse the event (`role_address`, say); sorted, distinct. */
  readonly flags: readonly string[]
}

/** One normalised event, in clear. Lives only inside a channel service, between normalise and de-identify. */
export interface CanonicalEvent extends EventQuality {
  /** The source's own id, or a content hash without `receivedAt`. Unique within `source`. */
  readonly eventId: string
  readonly channel: Channel
  /** The vendor or the mapped source's name: the scope of `eventId`. */
  readonly source: string
  readonly type: EventType
  readonly occurredAt: EpochMs
  /** The raw record's broker time: the pipeline's only "now". */
  readonly receivedAt: EpochMs
  readonly identifiers: readonly Identifier[]
  readonly traits: Readonly<Record<string, Scalar>>
  readonly traitKind: TraitKind
  readonly party: Party
  readonly consent: Readonly<Record<string, ConsentState>>
  /** Why this event was made by a machine (a bot, a mail scanner), or null for a person. */
  readonly machine: string | null
  readonly properties: JsonObject
}

/** A pseudonymous identifier, which is also the name of a fragment. */
export interface Pseudonym {
  readonly id: FragmentId
  readonly blocked: string | null
}

/** One event as `profile.log` carries it: no plain identifier, only properties and traits that the pipeline file reads or keeps. */
export interface RoutedEvent extends EventQuality {
  readonly eventId: string
  readonly eventKey: EventKey
  /** Highest-priority usable identifier; null: unattributed, routed by the hash of (source, event id). */
  readonly fragment: FragmentId | null
  readonly channel: Channel
  readonly source: string
  readonly type: EventType
  readonly occurredAt: EpochMs
  readonly receivedAt: EpochMs
  /** In order of priority; equal types by pseudonym. Distinct. */
  readonly identifiers: readonly Pseudonym[]
  readonly traits: Readonly<Record<string, Scalar>>
  readonly traitKind: TraitKind
  readonly party: Party
  readonly consent: Readonly<Record<string, ConsentState>>
  readonly machine: string | null
  readonly properties: JsonObject
  /** The properties as canonical JSON, where they came as that. */
  readonly propertiesJson?: string
}
