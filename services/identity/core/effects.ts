import type { EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { IdentityDecisionRow } from '#schemas/clickhouse/rows.ts'

export type DecisionOutcome = IdentityDecisionRow['outcome']

/** One decision, for the table, the public topic and `identity explain`. */
export interface Decision {
  /** Link or command id and the number of the decision in it; of a link that came to its end, `<link>.over` and the number. */
  readonly id: string
  readonly at: EpochMs
  /**
   * Which rule: `shared_event`, `authoritative`, `unique:<type>`, `limit:<type>`, `cap`, `split`, `ambiguous_device`, `automatic_block`,
   * `link_lifetime`, `command`, or the junk rule's id.
   */
  readonly rule: string
  readonly outcome: DecisionOutcome
  readonly linkId: string
  /** Event ids, or the command's id. */
  readonly evidence: readonly string[]
  /** The source of the event; `operator:<account>` for a command. */
  readonly source: string
  readonly identifiers: readonly FragmentId[]
  readonly demoted: readonly FragmentId[]
  /** Distinct profile ids of the identifiers, in their order. */
  readonly before: readonly ProfileId[]
  readonly after: readonly ProfileId[]
}

/** Of a decision: the command that asked for it. */
export type CommandCause = Pick<Decision, 'at' | 'rule' | 'linkId' | 'evidence' | 'source'>

/** What folding one record asks the shell to do, in order. The place in the list is the last part of an effect's position. */
export type LinkerEffect =
  | { readonly kind: 'assign'; readonly fragment: FragmentId; readonly profile: ProfileId }
  /** The fragment's home drops what it knows, and writes the suppression: it alone knows the newest time that it received. */
  | { readonly kind: 'erase'; readonly fragment: FragmentId; readonly orderedAt: EpochMs }
  /** The fragment is a profile of its own again, and what its home knows of it goes unless something newer came. */
  | {
      readonly kind: 'expire'
      readonly fragment: FragmentId
      readonly newestReceivedAt: EpochMs
    }
  | { readonly kind: 'decision'; readonly decision: Decision }
  /** Key of a record of `identity.links` that must go. `offset`: of the row that tells of it; left out: there is none. */
  | { readonly kind: 'tombstone'; readonly key: string; readonly offset?: number }
