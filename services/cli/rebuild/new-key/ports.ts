import type { RoutedEvent } from '#runtime/event/event.ts'
import type { EpochMs, FragmentId, Offset } from '#runtime/event/ids.ts'
import type { RawOffsets } from '#runtime/generation/record.ts'
import type { ExpiryRecord } from '#runtime/log/expiry.ts'
import type { Origin } from '#runtime/log/messages.ts'
import type { SuppressionRecord } from '#runtime/log/suppression.ts'

/** A raw record as a channel would read it under the new key. */
export interface RawRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: Offset
  readonly origin: Extract<Origin, { readonly kind: 'raw' }>
  /** The broker's time of the record: the log's time of the feed. */
  readonly logTime: EpochMs
  readonly events: readonly RawEvent[]
}

export interface RawEvent {
  /** Its place in the record. */
  readonly index: number
  /** Its home in the new generation. */
  readonly partition: number
  readonly event: RoutedEvent
}

/** How pseudonyms of the key in force are looked at while raw records are read. */
export interface OldNames {
  /** Events that name somebody who was erased at or after they were received are left out. */
  readonly erasedAt: (was: FragmentId) => EpochMs | undefined
  /** Told of both pseudonyms of every identifier that is met. */
  readonly met: (was: FragmentId, is: FragmentId) => void
}

export interface RawReading extends OldNames {
  readonly from: RawOffsets
  readonly until: RawOffsets
  /** False: only names are wanted, and nothing is kept of what the file keeps. */
  readonly feeds: boolean
}

/** What was read and is no event, by reason. */
export interface RawLeftOver {
  readonly refused: ReadonlyMap<string, number>
  readonly dropped: ReadonlyMap<string, number>
  /** Records that retention took between two slices. */
  readonly gone: number
}

/** Everything that a generation under a new key is made of. */
export interface RawTopics {
  /** By topic and partition: the oldest record that is left, and how far the channels have come. */
  look(): Promise<{ readonly low: RawOffsets; readonly committed: RawOffsets }>
  /** Records in the order of their time; equal ones by topic and partition. Each partition keeps its own order. */
  read(reading: RawReading): AsyncIterable<RawRecord>
  /** Records that are not there any more, and were to be fed. */
  lost(records: number): void
  /** Of everything that was read to be fed. */
  leftOver(): RawLeftOver
  /** What was sealed for the events that were read opens for all from here on. Before any of them is sent. */
  stored(): Promise<void>
  /** What the next channels must not let in, under the names of the new key. */
  keepOut(erased: readonly SuppressionRecord[], expired: readonly ExpiryRecord[]): Promise<void>
  /** Records which key the generation's pseudonyms are made with. Repeatable. */
  recordKey(): Promise<void>
}
