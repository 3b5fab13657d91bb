/** What `profile show` knows of a person. Field names are those of its JSON. */
export interface ProfileView {
  readonly profile_id: string
  readonly as_of: string
  readonly updated_at: string
  readonly version: string
  readonly definition: string
  readonly first_seen: string | null
  readonly last_seen: string | null
  readonly events: string
  readonly identifiers: readonly IdentifierView[]
  /** Profile ids of the past that mean this profile. */
  readonly aliases: readonly string[]
  readonly consent: Readonly<Record<string, string>>
  readonly traits: Readonly<Record<string, TraitView>>
  readonly features: Readonly<Record<string, FeatureView>>
  readonly segments: Readonly<Record<string, SegmentView>>
  /** When time alone may next change a segment; null: never, or not known as of a past time. */
  readonly next_change_at: string | null
}

export interface IdentifierView {
  readonly type: string
  readonly pseudonym: string
  readonly birth_profile_id: string | null
  /** null as of a past time. */
  readonly assigned_at: string | null
}

export interface TraitView {
  readonly value: unknown
  readonly source: string | null
  readonly kind: string | null
  readonly party: string | null
  readonly at: string | null
}

export interface FeatureView {
  /** As of the time asked for; a top-k is a list of [key, weight]. */
  readonly value: unknown
  readonly value_at_ref: unknown
  readonly ref_time: string | null
  readonly half_life_ms: number | null
}

export interface SegmentView {
  readonly member: boolean
  readonly entered_at: string | null
  readonly exited_at: string | null
  readonly because: unknown
  readonly rule_version: string
  readonly next_change_at: string | null
}
