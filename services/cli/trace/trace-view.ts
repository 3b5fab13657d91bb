/** What `tributary trace --json` prints. Places are correlation ids, `<topic>:<partition>:<offset>[:<index>]`; times ISO 8601. */
export interface TraceView {
  readonly asked: string
  /** Backwards, from what was asked to the raw records that it came of. */
  readonly raw: readonly RawHop[]
  readonly frames: readonly FrameHop[]
  /** Forwards: every row that a raw record became. */
  readonly events: readonly EventHop[]
  readonly dead_letters: readonly LetterHop[]
  readonly replays: readonly ReplayHop[]
}

export interface RawHop {
  readonly place: string
  /** False: it is not in the log any more, or never was. */
  readonly in_log: boolean
  readonly received_at: string | null
  readonly bytes: number | null
  /** Names of its headers: their values may be anybody's. */
  readonly headers: readonly string[]
  /** Place of the record that this one repeats; null: it is no replay. */
  readonly replay_of: string | null
  readonly traceparent: string | null
}

/** A message of a frame in profile.log, or a record of identity.links. */
export interface FrameHop {
  readonly place: string
  readonly in_log: boolean
  readonly at: string | null
  readonly kind: string | null
  /** What it was made of: a raw event, a message in its home's log, a decision; null: nothing before it. */
  readonly from: string | null
  readonly fragment_id: string | null
  readonly profile_id: string | null
  readonly traceparent: string | null
}

export interface RowHop {
  readonly table: string
  readonly key: string
  readonly version: string
  /** The message that made the row. */
  readonly place: string
  readonly at: string
  readonly what: string
}

export interface EventHop {
  /** The raw record and the event's index in it. */
  readonly correlation_id: string
  readonly event_id: string
  readonly type: string
  readonly fragment_id: string
  readonly received_at: string
  readonly log_time: string
  /** The message that brought it to its home. */
  readonly frame: string
  readonly version: string
  /** Profile that its fragment belongs to now; null: no usable identifier, or erased. */
  readonly profile_id: string | null
  /** The message that told the profile's owner, where that is not the home itself; null: none was found, or none was needed. */
  readonly member: string | null
  readonly rows: readonly RowHop[]
}

export interface LetterHop {
  readonly correlation_id: string
  readonly status: string
  readonly stage: string
  readonly reason: string
  readonly attempt: number
  readonly failed_at: string
}

export interface ReplayHop {
  readonly attempt: number
  readonly replayed_at: string
  readonly replay_topic: string
  /** Where it went; null: not in the log any more. */
  readonly place: string | null
}
