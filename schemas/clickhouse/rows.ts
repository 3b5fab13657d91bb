/**
 * The rows that services write, as JSONEachRow takes them. Times are UTC milliseconds written as ClickHouse DateTime64(3)
 * takes them from JSON (number of milliseconds as a decimal string of seconds is not needed: the inserter sets
 * `date_time_input_format=best_effort` and rows carry ISO 8601 strings). UInt64 versions are decimal strings.
 */
export type Iso = string

export interface EventRow {
  fragment_id: string
  partition: number
  version: string
  event_id: string
  event_key: string
  channel: string
  source: string
  type: string
  occurred_at: Iso
  received_at: Iso
  log_time: Iso
  identifiers: readonly { readonly id: string; readonly blocked: string }[]
  /** JSON object. */
  traits: string
  trait_kind: string
  party: string
  /** purpose -> granted | denied | basis */
  consent: Readonly<Record<string, string>>
  /** Reason, or '' for a person's event. */
  machine: string
  /** JSON object. */
  properties: string
  /** null: not Avro. */
  schema_id: number | null
  unknown_type: 0 | 1
  flags: readonly string[]
  definition: number
  /** Where it came from: `raw/<topic>/<incarnation>/<partition>`, offset and index in the record. */
  origin: string
  origin_offset: number
  origin_index: number
}

/** A declaration that changed what its fragment says of a purpose, or contradicts it. */
export interface ConsentHistoryRow {
  fragment_id: string
  purpose: string
  version: string
  state: 'granted' | 'denied' | 'basis'
  declared_at: Iso
  received_at: Iso
  source: string
  event_id: string
  event_key: string
}

/** `profile_identifiers` and `profile_identifier_history` share it. */
export interface ProfileIdentifierRow {
  fragment_id: string
  identifier_type: string
  birth_profile_id: string
  profile_id: string
  assigned_at: Iso
  version: string
  deleted: 0 | 1
  /** 1970 when no life of the identifier expired. */
  expired_at: Iso
}

/** `profiles` and `profile_history` share it. Feature and trait columns are generated from the pipeline file, see columns.ts. */
export interface ProfileRow {
  profile_id: string
  version: string
  deleted: 0 | 1
  updated_at: Iso
  first_seen: Iso | null
  last_seen: Iso | null
  events: number
  members: readonly string[]
  definition: number
  /** purpose -> given | denied | unanswered | basis */
  consent: Readonly<Record<string, string>>
  /** name -> [source, kind, party, at ISO] */
  trait_provenance: Readonly<Record<string, readonly [string, string, string, Iso]>>
  [featureOrTraitColumn: string]: unknown
}

export interface SegmentMembershipRow {
  profile_id: string
  segment: string
  version: string
  member: 0 | 1
  entered_at: Iso | null
  exited_at: Iso | null
  rule_version: number
  rule_hash: string
  /** JSON object: what the rule read. */
  because: string
  next_change_at: Iso | null
}

export type TransitionCause =
  | 'event'
  | 'timer'
  | 'merge'
  | 'split'
  | 'define'
  | 'import'
  | 'erasure'
  | 'expiry'
  | 'consent'

export interface SegmentTransitionRow {
  profile_id: string
  segment: string
  version: string
  seq: number
  at: Iso
  to: 'entered' | 'exited'
  cause: TransitionCause
  rule_version: number
  rule_hash: string
  because: string
}

export interface IdentityDecisionRow {
  decision_id: string
  version: string
  at: Iso
  rule: string
  outcome: 'merge' | 'refuse' | 'demote' | 'block' | 'ambiguous' | 'split' | 'unsplit' | 'erase'
  link_id: string
  /** Event ids, or the command's id. */
  evidence: readonly string[]
  source: string
  identifiers: readonly string[]
  demoted: readonly string[]
  before: readonly string[]
  after: readonly string[]
}

/** Its times are UTC milliseconds as numbers: a linker writes tens of thousands of these a second. */
export interface IdentityLinkRow {
  /** Of the record in `identity.links`. */
  offset: number
  version: string
  deleted: 0 | 1
  link_id: string
  /** `link`, or the action of a command. */
  kind: string
  fate: IdentityDecisionRow['outcome'] | 'confirm' | ''
  at: number
  clock: number
  policy: number | null
  identifiers: readonly string[]
  /** Parallel: the junk rule that each met, or ''. */
  blocked: readonly string[]
  event_id: string
  event_key: string
  source: string
  event_type: string
  occurred_at: number
  received_at: number
  reason: string
}

export interface DeadLetterRow {
  topic: string
  partition: number
  offset: number
  index: number
  version: string
  stage: string
  reason: string
  detail: string
  source: string
  schema_id: number | null
  received_at: Iso
  failed_at: Iso
  /** 1: the record itself was refused; higher: a replay of it. */
  attempt: number
  first_failed_at: Iso
  /** (attempt, failed_at, stage, reason) of earlier tries, oldest first. */
  history: readonly (readonly [number, Iso, string, string])[]
  /** Sealed bytes (AES-256-GCM), base64, with the key's id in front. */
  payload: string
  headers: Readonly<Record<string, string>>
}

/** A record that was sent again: one row per record and try. */
export interface DeadLetterReplayRow {
  topic: string
  partition: number
  offset: number
  received_at: Iso
  attempt: number
  version: string
  /** -1: the record as a whole. */
  indexes: readonly number[]
  replay_topic: string
  replayed_at: Iso
  replayed_by: string
  note: string
}

/** One counter or gauge of one component, absolute: replays overwrite. */
export interface PipelineHealthRow {
  component: string
  partition: number
  name: string
  /** What a process saw: of which topic, of which step or hot key, in which minute. Left out: a counter of the fold. */
  topic?: string
  key?: string
  minute?: Iso
  value: number
  at: Iso
  version: string
}

export interface TableRows {
  events: EventRow
  profile_identifiers: ProfileIdentifierRow
  profile_identifier_history: ProfileIdentifierRow
  profiles: ProfileRow
  profile_history: ProfileRow
  segment_memberships: SegmentMembershipRow
  segment_transitions: SegmentTransitionRow
  consent_history: ConsentHistoryRow
  identity_decisions: IdentityDecisionRow
  identity_links: IdentityLinkRow
  dead_letters: DeadLetterRow
  dead_letter_replays: DeadLetterReplayRow
  pipeline_health: PipelineHealthRow
}
export type TableName = keyof TableRows
