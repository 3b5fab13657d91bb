import type { EpochMs, Offset } from '#runtime/event/ids.ts'
import type { RowKey } from '#runtime/generation/record.ts'
import type { ExpiryRecord } from '#runtime/log/expiry.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import type { Frame } from '#runtime/log/messages.ts'
import type { SuppressionRecord } from '#runtime/log/suppression.ts'
import type { StoredEvent } from '../verify/stored-event.ts'

/** A row of `events`, with where it stands in the feed's order and where it was first read from. */
export interface FedRow {
  readonly key: RowKey
  readonly event: StoredEvent
  /** `originKey` of the raw partition, offset and index in the raw record. */
  readonly origin: string
  readonly originOffset: number
  readonly originIndex: number
}

/** A record of the old `identity.links`. Tombstones are not among them. */
export interface FedLink {
  readonly offset: Offset
  readonly key: string
  readonly record: LinksRecord
}

/** A record of the old `profile.log`; null: it is no frame. */
export interface TailRecord {
  readonly offset: Offset
  readonly timestamp: EpochMs
  readonly frame: Frame | null
}

/** What a group has committed, and whether anybody is in it. */
export interface GroupPlace {
  /** By partition; 0 where nothing was ever committed. */
  readonly committed: readonly Offset[]
  readonly members: number
}

export interface LogEnds {
  /** By partition: the oldest offset still in the log. */
  readonly low: readonly Offset[]
  /** By partition: the next offset to be written. */
  readonly high: readonly Offset[]
}

/** The generation that serves, and is read. */
export interface OldGeneration {
  ends(): Promise<LogEnds>
  linksEnd(): Promise<Offset>
  profiles(): Promise<GroupPlace>
  identity(): Promise<GroupPlace>
  /** Members of the channels' groups together. */
  channelMembers(): Promise<number>
  /** Rows with `from[p] <= frame offset < until[p]`, in order (log time, partition, version), after a key. */
  rows(
    from: readonly number[],
    until: readonly number[],
    after: RowKey | null,
  ): AsyncIterable<FedRow>
  links(from: number, until: number): AsyncIterable<FedLink>
  tail(partition: number, from: number, until: number): AsyncIterable<TailRecord>
  /** Timestamp of the last record below an offset, of each partition that has one. */
  lastTimes(below: readonly number[]): Promise<readonly EpochMs[]>
  suppressions(): AsyncIterable<SuppressionRecord>
  expiries(): AsyncIterable<ExpiryRecord>
  /** Appends a Tick to these partitions: one whose owner died between its state and its offset commits again. */
  nudge(partitions: readonly number[]): Promise<void>
  /** The same for `identity.links`: a tombstone of a key that is none. */
  nudgeLinks(): Promise<void>
}

export interface TargetedFrame {
  readonly partition: number
  readonly frame: Frame
}

/** The generation that is being built, and is written. */
export interface NewGeneration {
  /** Topics, shadow tables and their columns. Repeatable. */
  prepare(): Promise<void>
  /** Identifier types of its definition's policy, best first. */
  identifierTypes(): Promise<readonly string[]>
  /** In this order. A frame beyond the limits goes as several: their messages have positions of their own. */
  send(frames: readonly TargetedFrame[]): Promise<void>
  /** `key` without the nonce of the send, which the port adds. */
  sendLinks(
    records: readonly { readonly key: string; readonly record: LinksRecord }[],
  ): Promise<void>
  ends(): Promise<LogEnds>
  linksEnd(): Promise<Offset>
  profiles(): Promise<GroupPlace>
  identity(): Promise<GroupPlace>
  /** A tombstone of a key that is none: the linker, had it died between its state and its offset, commits again. */
  nudgeLinks(): Promise<void>
}
