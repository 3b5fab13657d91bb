import { type Fields, own, ownFields, ownText } from '../fields.ts'
import { type Rejection, reject } from '../outcome.ts'
import { type DeadLetterReason, deadLetterReasons } from '../reasons.ts'
import type { Vendor } from '../source.ts'
import { envelope } from './envelope.ts'

/**
 * A row that `tributary import` could not read: sent along with the others, so that it becomes a dead letter like any other event,
 * sealed and replayable.
 */
export interface RejectedRow {
  readonly event_id: string
  readonly rejected: {
    readonly reason: DeadLetterReason
    readonly detail: string
    readonly line: number
  }
  readonly row: unknown
}

const isReason = (text: string | undefined): text is DeadLetterReason =>
  deadLetterReasons.some((reason) => reason === text)

function readRejected(rejected: Fields): Rejection {
  const reason = ownText(rejected, 'reason')
  const line = own(rejected, 'line')
  return reject(
    isReason(reason) ? reason : 'invalid_csv_row',
    `line ${typeof line === 'number' ? line : '?'} of the file: ${(ownText(rejected, 'detail') ?? '').slice(0, 500)}`,
  )
}

/** Records of the import topic: our envelope, written by our own command line. */
export const importRow: Vendor = {
  ...envelope,
  name: 'import',
  detects: () => false,
  draft(item, context) {
    const rejected = ownFields(item, 'rejected')
    return rejected ? readRejected(rejected) : envelope.draft(item, context)
  },
}
