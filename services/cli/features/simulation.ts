import type { FeatureReading, TraitReading } from '../../profiles/core/rows/read-profile.ts'
import type { Because } from '../../profiles/core/segments/because.ts'
import type { TransitionCause } from '#schemas/clickhouse/rows.ts'
import type { SimulatedIdentifier } from '../identity/simulation.ts'
import type { SegmentExplanation } from '../../profiles/core/segments/explain-segment.ts'

/** What `features simulate --json` prints; times ISO 8601, profiles by first appearance. */
export interface FeatureSimulation {
  readonly as_of: string
  readonly profiles: readonly SimulatedPerson[]
  readonly events: EventCounts
  /** What the channels would dead-letter. */
  readonly refused: readonly RefusedEvent[]
}

export interface EventCounts {
  readonly applied: number
  readonly duplicates: number
  /** Without any usable identifier: in nobody's profile. */
  readonly unattributed: number
  /** Happened, or were received, after `as_of`. */
  readonly left_out: number
}

export interface RefusedEvent {
  readonly line: number
  readonly id: string
  readonly reason: string
  readonly detail: string
}

export interface SimulatedPerson {
  readonly profile_id: string
  readonly identifiers: readonly SimulatedIdentifier[]
  /** Ids by which this profile, or a part of it, was known before. */
  readonly aliases: readonly string[]
  readonly features: Readonly<Record<string, FeatureReading>>
  readonly traits: Readonly<Record<string, TraitReading>>
  readonly consent: Readonly<Record<string, string>>
  readonly segments: Readonly<Record<string, SimulatedSegment>>
  /** In order; those of ids that are now its aliases stay theirs. */
  readonly transitions: readonly SimulatedTransition[]
}

export interface SimulatedSegment {
  readonly member: boolean
  readonly entered_at: string | null
  readonly exited_at: string | null
  readonly rule_version: string
  /** What the rule read when the membership last changed; of one that never was, what it reads now. */
  readonly because: Because
  /** When time alone will change the membership, if nothing else happens; null: never. */
  readonly next_change_at: string | null
  /** With `--explain`. */
  readonly explanation?: SegmentExplanation
}

export interface SimulatedTransition {
  readonly segment: string
  readonly at: string
  readonly to: 'entered' | 'exited'
  readonly cause: TransitionCause
  readonly because: Because
}
