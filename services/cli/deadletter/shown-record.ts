import type { Letter } from './letter.ts'
import type { OpenedRecord } from './open-record.ts'
import type { ReplayEntry } from './read-letters.ts'

export interface ShowArguments {
  /** `topic/partition/offset[/index]` */
  readonly place: string
  /** Opens the seal: bytes and headers in clear. */
  readonly reveal: boolean
  /** File that gets the bytes; null: none. */
  readonly out: string | null
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

/** Everything about one record, as far as it may be shown. */
export interface ShownRecord {
  readonly letters: readonly Letter[]
  readonly replays: readonly ReplayEntry[]
  /** Names of the raw record's headers. */
  readonly headers: readonly string[]
  /** null: its bytes were too many to keep. */
  readonly sealedWith: string | null
  /** null: the seal was not to be opened, or there is nothing to open. */
  readonly opened: OpenedRecord | null
}
