/** Reason for which a message of the log is not applied. */
export type RejectionReason = 'malformed_part' | 'unknown_part' | 'duplicate_part'

/**
 * A message that can't be applied. The fold turns it into a typed dead letter; it is thrown before anything changed. Names what was
 * wrong, never the values.
 */
export class RejectedMessage extends Error {
  readonly reason: RejectionReason
  readonly part: string
  constructor(reason: RejectionReason, part: string) {
    super(`${reason}: ${part}`)
    this.name = 'RejectedMessage'
    this.reason = reason
    this.part = part
  }
}
