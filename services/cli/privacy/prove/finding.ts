/** gone: nothing is there; within_bound: it may be there until then; kept: it is there on purpose; found: it should not be there. */
export type ProofStatus = 'gone' | 'within_bound' | 'kept' | 'company' | 'unknown' | 'found'

/** What a look at one place says now. */
export interface Finding {
  readonly place: string
  readonly status: ProofStatus
  /** ISO; null: no date applies. */
  readonly until: string | null
  readonly detail: string
}
