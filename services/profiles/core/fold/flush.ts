import type { TableRows } from '#schemas/clickhouse/rows.ts'
import type { EpochMs, FragmentId, ProfileId } from '#runtime/event/ids.ts'
import type { ExpireRecord, LinkRecord } from '#runtime/log/links.ts'
import type { RejectionReason as MessageRejection } from '../content/rejected-message.ts'
import type { ExpiryRecord } from '#runtime/log/expiry.ts'
import type { SuppressionRecord } from '#runtime/log/suppression.ts'
import type { Message } from '#runtime/log/messages.ts'

/** Why a message of `profile.log` was refused. Closed: each is a reason of the dead letters. */
export const rejectionReasons = [
  'malformed_part',
  'unknown_part',
  'duplicate_part',
  'misrouted',
  'unreadable_frame',
] as const satisfies readonly (MessageRejection | 'misrouted' | 'unreadable_frame')[]

export type RejectionReason = (typeof rejectionReasons)[number]

export interface Rejection {
  readonly reason: RejectionReason
  readonly detail: string
  readonly offset: number
  readonly index: number
  /** When the log took it. */
  readonly receivedAt: EpochMs
  /** The refused message; the record's bytes when it could not even be decoded. */
  readonly content: Message | Uint8Array
}

/** A fragment that changed while it is assigned to a profile that is not its own. */
export interface Dirty {
  /** The parts that changed in this flush, each with the bytes that it counts for: as it was when it changed last. */
  readonly parts: Map<string, number>
  /** All parts go, whatever changed. */
  whole: boolean
  cause: MemberCause
}

/** Why a member's state changed, as far as its owner must know. `event` wins over `import`, both over an older end of state. */
export type MemberCause = 'event' | 'import' | 'erasure' | 'expiry'

/** The last touch of a profile in a flush: what its row is made of. */
export interface Touch {
  readonly version: string
  readonly at: EpochMs
}

type Rows<Name extends keyof TableRows> = TableRows[Name][]

export interface FlushRows {
  readonly events: Rows<'events'>
  readonly profile_identifiers: Rows<'profile_identifiers'>
  /** For `profiles` and `profile_history` alike. */
  readonly profiles: Rows<'profiles'>
  readonly segment_memberships: Rows<'segment_memberships'>
  readonly segment_transitions: Rows<'segment_transitions'>
  readonly consent_history: Rows<'consent_history'>
}

/** All effects of the messages since the last commit. Plain data: the shell sends and inserts it, then commits. */
export interface Flush {
  /** Messages by target partition: one frame each. */
  readonly frames: Map<number, Message[]>
  readonly links: (LinkRecord | ExpireRecord)[]
  /** What channels and rebuilds must know of erasures. */
  readonly suppressions: SuppressionRecord[]
  /** What rebuilds must know of lives that expired. */
  readonly expiries: ExpiryRecord[]
  /** Public changes of segments, in order. */
  readonly segmentChanges: TableRows['segment_transitions'][]
  readonly rejections: Rejection[]
  readonly rows: FlushRows
  /** No fewer bytes than the largest frame takes, Members that are still to be written included. */
  largestFrameBytes: number
  /** Messages seen. */
  messages: number
  /** Bytes of the records that its rows were read from. */
  logBytes: number
  /** Place of the last message. */
  lastOffset: number
  lastIndex: number
}

/** A flush while it is being filled. */
export interface OpenFlush extends Flush {
  readonly frameBytes: Map<number, number>
  readonly dirty: Map<FragmentId, Dirty>
  readonly touched: Map<ProfileId, Touch>
  /** The last row of each (profile, segment). */
  readonly memberships: Map<string, TableRows['segment_memberships']>
}

export const newFlush = (): OpenFlush => ({
  frames: new Map(),
  links: [],
  suppressions: [],
  expiries: [],
  segmentChanges: [],
  rejections: [],
  rows: {
    events: [],
    profile_identifiers: [],
    profiles: [],
    segment_memberships: [],
    segment_transitions: [],
    consent_history: [],
  },
  largestFrameBytes: 0,
  messages: 0,
  logBytes: 0,
  frameBytes: new Map(),
  dirty: new Map(),
  touched: new Map(),
  memberships: new Map(),
  lastOffset: -1,
  lastIndex: -1,
})

/** A flush whose effects were sent: their receivers need no more of it, its rows wait. */
export const afterSend = (flush: OpenFlush): OpenFlush => ({
  ...newFlush(),
  rows: flush.rows,
  touched: flush.touched,
  memberships: flush.memberships,
  messages: flush.messages,
  logBytes: flush.logBytes,
  lastOffset: flush.lastOffset,
  lastIndex: flush.lastIndex,
})

/** The next flush. The place is kept: a batch may end with one that says where it got to, though nothing is in it. */
export const afterStore = ({ lastOffset, lastIndex }: OpenFlush): OpenFlush => ({
  ...newFlush(),
  lastOffset,
  lastIndex,
})

/** Adds to what a target's frame takes at most; less than nothing when a part has shrunk. */
export function addFrameBytes(flush: OpenFlush, target: number, bytes: number): void {
  const total = (flush.frameBytes.get(target) ?? 0) + bytes
  flush.frameBytes.set(target, total)
  if (total > flush.largestFrameBytes) flush.largestFrameBytes = total
}
