import type { DecisionOutcome } from '../../identity/core/effects.ts'

/** What `identity simulate --json` prints; times ISO 8601, profiles by first appearance. */
export interface Simulation {
  readonly profiles: readonly SimulatedProfile[]
  readonly events: readonly SimulatedEvent[]
  readonly decisions: readonly SimulatedDecision[]
}

/** In clear, normalised. */
export interface SimulatedIdentifier {
  readonly type: string
  readonly value: string
}

export interface SimulatedProfile {
  readonly profile_id: string
  readonly identifiers: readonly SimulatedIdentifier[]
  /** When the first event that names one of them was received. */
  readonly born: string
  /** Ids by which this profile, or a part of it, was known before. */
  readonly aliases: readonly string[]
}

export interface SimulatedEvent {
  readonly id: string
  /** null: no usable identifier. */
  readonly fragment: SimulatedIdentifier | null
  /** After this event's own evidence was decided. */
  readonly profile_id_then: string | null
  /** At the end. */
  readonly profile_id: string | null
  /** The source sent this id before. */
  readonly duplicate: boolean
}

export interface SimulatedDecision {
  readonly id: string
  readonly at: string
  readonly rule: string
  readonly outcome: DecisionOutcome
  readonly source: string
  readonly evidence: readonly string[]
  readonly identifiers: readonly SimulatedIdentifier[]
  readonly demoted: readonly SimulatedIdentifier[]
  readonly before: readonly string[]
  readonly after: readonly string[]
}
