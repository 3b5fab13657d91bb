import type { CanonicalEvent, JsonObject, Scalar } from '../../event/event.ts'
import type { ConsentState, TraitKind } from '../../event/event.ts'
import type { EpochMs } from '../../event/ids.ts'
import type { EventType } from '../../event/vocabulary.ts'
import type { DeadLetterReason, DropReason } from './reasons.ts'

/** An expected failure. `detail` names fields and limits, never their values: it is logged and stored in clear. */
export interface Rejection {
  readonly reject: DeadLetterReason
  readonly detail: string
}

export const reject = (reason: DeadLetterReason, detail: string): Rejection => ({
  reject: reason,
  detail,
})

/** An item that is left out on purpose: it speaks of nobody. Counted, kept nowhere. `detail` as in a rejection. */
export interface Drop {
  readonly drop: DropReason
  readonly detail: string
}

export const drop = (reason: DropReason, detail: string): Drop => ({ drop: reason, detail })

/** An identifier as the vendor wrote it. */
export interface RawIdentifier {
  readonly type: string
  readonly value: string
}

/** What a normaliser reads out of one item, before screening: the vendor's meaning in our words. */
export interface EventDraft {
  /** null: the source gave none, so the event's content is its identity. */
  readonly eventId: string | null
  /** Scope of the event id when the record itself names its source; null: what the pipeline file calls it. */
  readonly source: string | null
  readonly type: EventType
  /** null: the source states no time and by its documentation means "now": the event occurs when it is received. */
  readonly occurredAt: EpochMs | null
  readonly identifiers: readonly RawIdentifier[]
  readonly traits: Readonly<Record<string, Scalar>>
  /** null: what the pipeline file says of the source. */
  readonly traitKind: TraitKind | null
  readonly consent: Readonly<Record<string, ConsentState>>
  readonly machine: string | null
  readonly properties: JsonObject
  /** The vendor's type when it is not in our table: counted, so that nobody misses a new one. */
  readonly unknownType: string | null
  /** The time is a wall clock's without an offset, read in the source's zone. Absent: it says its own. */
  readonly zoneless?: boolean
}

export type Outcome =
  | { readonly outcome: 'ok'; readonly index: number; readonly event: CanonicalEvent }
  | {
      readonly outcome: 'dead_letter'
      /** Place of the event in its record; null: the record as a whole. */
      readonly index: number | null
      readonly stage: 'decode' | 'normalise' | 'validate'
      readonly reason: DeadLetterReason
      readonly detail: string
    }
  | {
      readonly outcome: 'drop'
      readonly index: number | null
      readonly reason: DropReason
      readonly detail: string
    }

/** Counts that a normaliser makes on its way; the shell turns them into metrics. */
export interface Tally {
  unknownType(source: string, type: string): void
  sensitiveField(source: string, field: string): void
  /** A value stayed behind because it names a person. `field`: where it stood, in words of the pipeline file; never the value. */
  personalValue(source: string, field: string): void
}

export const silentTally: Tally = {
  unknownType: () => {},
  sensitiveField: () => {},
  personalValue: () => {},
}
