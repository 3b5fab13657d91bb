import type { ExplainedProfileView } from '../../identity/explain/explain-view.ts'

/**
 * What is held about one person: `privacy access`. Field names are those of its JSON; `format` grows when one of them changes its meaning
 * or goes. Times are ISO 8601 UTC, counts numbers, what is missing is null.
 */
export interface AccessView {
  readonly format: 1
  readonly made_at: string
  /** As known then; null: as it is now. */
  readonly as_of: string | null
  /** By which identifier the person was named. */
  readonly asked: HeldIdentifier
  /** null: no profile is held of this identifier. */
  readonly profile: HeldProfile | null
  readonly identifiers: readonly HeldIdentifier[]
  readonly traits: readonly HeldTrait[]
  readonly features: readonly HeldFeature[]
  readonly segments: readonly HeldSegment[]
  /** Entries and exits, oldest first. */
  readonly segment_history: readonly HeldTransition[]
  readonly consent: readonly HeldConsent[]
  /** Declarations that said something new, oldest first. */
  readonly consent_history: readonly HeldDeclaration[]
  readonly identity: HeldIdentity
  readonly events: HeldEvents
  /** Older states of the profile, kept for `profiles_at`. */
  readonly profile_history: { readonly rows: number; readonly oldest: string | null }
  /** Under profiles of others, of when identifiers of the person counted as theirs. Not listed: they are of others, too. */
  readonly named_in_others: { readonly profile_history: number; readonly segment_history: number }
  readonly dead_letters: HeldLetters
  readonly suppressions: readonly HeldSuppression[]
  readonly expiries: readonly HeldExpiry[]
  /** What is not in here, and where else to look. */
  readonly not_held: readonly NotHeld[]
}

export interface HeldIdentifier {
  readonly type: string
  readonly pseudonym: string
}

export interface HeldProfile {
  readonly profile_id: string
  /** Older ids that mean the same profile. */
  readonly aliases: readonly string[]
  readonly first_seen: string | null
  readonly last_seen: string | null
  readonly events: number
  readonly updated_at: string
}

export interface HeldTrait {
  readonly name: string
  readonly description: string
  readonly value: unknown
  readonly source: string | null
  /** declared by the person, observed, or inferred. */
  readonly kind: string | null
  readonly party: string | null
  readonly at: string | null
  /** That gave the value; null: it is not kept any more. */
  readonly event_id: string | null
  readonly purpose: string | null
}

export interface HeldFeature {
  readonly name: string
  readonly description: string
  readonly purpose: string | null
  readonly value: unknown
  /** The newest event in it; null where the kind has none. */
  readonly as_of_event: string | null
  /** Its purpose is not given: it goes on being counted, and is neither used nor shown. */
  readonly withheld: boolean
}

export interface HeldSegment {
  readonly name: string
  readonly description: string
  readonly objective: string
  readonly purpose: string | null
  readonly member: boolean
  readonly since: string | null
  readonly until: string | null
  /** What the rule read when it decided, by name; null: `joint`. */
  readonly because: unknown
  /** Decided when somebody else counted as the same person: what was read is of both, and not shown. */
  readonly joint: boolean
}

export interface HeldTransition {
  readonly segment: string
  readonly to: string
  readonly at: string
  readonly cause: string
  /** null: `joint`. */
  readonly because: unknown
  /** As of a segment. */
  readonly joint: boolean
}

export interface HeldConsent {
  readonly purpose: string
  /** What people are told about it. */
  readonly description: string
  /** given, denied, unanswered or basis. */
  readonly state: string
}

export interface HeldDeclaration {
  readonly purpose: string
  /** granted, denied or basis. */
  readonly state: string
  readonly declared_at: string
  readonly received_at: string
  readonly source: string
  readonly event_id: string
  readonly identifier: HeldIdentifier
}

export interface HeldIdentity {
  /** Why these identifiers count as one person, a sentence each. */
  readonly in_words: readonly string[]
  readonly profiles: readonly ExplainedProfileView[]
  /** Decisions that were taken, oldest first. */
  readonly decisions: readonly {
    readonly at: string
    readonly outcome: string
    readonly rule: string
    readonly source: string
    readonly decision_id: string
  }[]
  /** False: there is more evidence than was read. */
  readonly complete: boolean
}

export interface HeldEvents {
  readonly total: number
  readonly skipped: number
  /** Newest first. */
  readonly list: readonly HeldEvent[]
  /** `--skip` of the next page; null: this is the last. */
  readonly next: number | null
  /** Events of somebody else that name one of these identifiers, a shared device say. Not listed: they are of others, too. */
  readonly named_in_others: number
}

export interface HeldEvent {
  readonly event_id: string
  readonly at: string
  readonly received_at: string
  readonly channel: string
  readonly source: string
  readonly type: string
  readonly identifier: HeldIdentifier
  readonly traits: unknown
  readonly properties: unknown
  readonly consent: Readonly<Record<string, string>>
  /** Why it counts as made by a machine; null: by a person. */
  readonly machine: string | null
}

export interface HeldLetters {
  /** False: the past was asked for. */
  readonly searched: boolean
  /** Records opened, and whether those were all, and all of each was looked at. */
  readonly opened: number
  readonly complete: boolean
  /** Could not be opened with this installation key. */
  readonly unreadable: number
  /** Hold more than is looked at of one record, and name nobody in what was. */
  readonly partly: number
  /** Were too large to keep: only the topic that they came from has them. */
  readonly without_bytes: number
  readonly list: readonly {
    readonly place: string
    readonly received_at: string
    readonly stage: string
    readonly reason: string
    readonly source: string
  }[]
}

export interface HeldSuppression {
  readonly identifier: HeldIdentifier
  /** What was received by then was erased, and never comes back. */
  readonly erased_at: string
}

export interface HeldExpiry {
  readonly identifier: HeldIdentifier
  /** It was silent for too long: what was received by then counts no more. */
  readonly expired_at: string
}

export interface NotHeld {
  readonly what: string
  readonly why: string
}
