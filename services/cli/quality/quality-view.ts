/** What `tributary quality` says of one source. Shares are 0 to 1; null: nothing to take a share of. */
export interface SourceQuality {
  /** null: letters of a topic that no event and no source of the file names. */
  readonly channel: string | null
  readonly source: string
  /** Accepted, each once. */
  readonly events: number
  /** Refused, and not sent again since without a refusal. */
  readonly dead_letters: number
  /** Of accepted and dead-lettered together. */
  readonly dead_letter_share: number | null
  readonly by_reason: Readonly<Record<string, number>>
  /** Events without a usable identifier. */
  readonly unattributed_share: number | null
  readonly machine_share: number | null
  readonly by_machine: Readonly<Record<string, number>>
  readonly unknown_types: Readonly<Record<string, number>>
  readonly flags: Readonly<Record<string, number>>
  /** Identifier type → share of events that carry one. */
  readonly identifiers: Readonly<Record<string, number>>
  /** Junk rule → identifiers that met it. */
  readonly blocked: Readonly<Record<string, number>>
  /** Field → share of events without it, among the types of events in which it occurs. Fields that the pipeline file forwards. */
  readonly null_rates: Readonly<Record<string, number>>
  readonly freshness: {
    readonly newest_received_at: string | null
    readonly newest_occurred_at: string | null
    /** Seconds from the newest receipt to now. */
    readonly age_seconds: number | null
    /** Seconds from an event's time to its receipt. */
    readonly delay_seconds: { readonly p50: number; readonly p99: number } | null
  }
  readonly schemas: readonly SchemaSeen[]
}

/** An Avro schema with which records of the source were written. */
export interface SchemaSeen {
  readonly id: number
  /** null: the registry did not say. */
  readonly subject: string | null
  readonly version: number | null
  readonly events: number
  readonly first_seen_at: string
  readonly last_seen_at: string
}

export interface QualityReport {
  readonly since: string
  readonly until: string
  readonly sources: readonly SourceQuality[]
}
