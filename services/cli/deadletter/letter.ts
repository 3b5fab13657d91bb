import { deadLetterReasons } from '#runtime/channel/core/reasons.ts'
import type { Place } from '#runtime/channel/core/replay.ts'
import { rejectionReasons } from '../../profiles/core/fold/flush.ts'

export const stages = ['decode', 'normalise', 'validate', 'fold'] as const

/** Those of the channels, and those of the fold. */
export const reasons: readonly string[] = [...deadLetterReasons, ...rejectionReasons]

/** open: nobody dealt with it; replayed: sent again, and no refusal came back; failed_again: refused at its last try. */
export const statuses = ['open', 'replayed', 'failed_again'] as const
export type LetterStatus = (typeof statuses)[number]

/** A dead letter as `dead_letters_now` shows it. Times are ISO 8601. */
export interface Letter extends Place {
  /** null: the record as a whole. */
  readonly index: number | null
  readonly status: LetterStatus
  readonly stage: string
  readonly reason: string
  readonly detail: string
  /** null: not known. */
  readonly source: string | null
  readonly schemaId: number | null
  readonly receivedAt: string
  readonly failedAt: string
  readonly firstFailedAt: string
  /** Number of the try that was refused last; 1: the record itself. */
  readonly attempt: number
  /** Number of the last try, refused or not. */
  readonly lastAttempt: number
  /** Earlier tries that failed, oldest first. */
  readonly history: readonly PastAttempt[]
  /** null: never sent again. */
  readonly replayedAt: string | null
  readonly replayedBy: string | null
  readonly note: string | null
}

export interface PastAttempt {
  readonly attempt: number
  readonly failed_at: string
  readonly stage: string
  readonly reason: string
}

/** One raw record: a place alone may belong to two, when its topic was created anew. */
export const recordKey = (letter: Place & Pick<Letter, 'receivedAt'>): string =>
  `${letter.topic}/${letter.partition}/${letter.offset} ${letter.receivedAt}`

export const unknownSource = 'unknown'
