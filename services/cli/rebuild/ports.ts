import type { EpochMs, ProfileId } from '#runtime/event/ids.ts'
import type { GenerationsRecord, NextGeneration } from '#runtime/generation/record.ts'
import type { NewGeneration, OldGeneration } from './generations.ts'
import type { RawFeed } from './new-key/raw-feed.ts'

export interface HeldProfile {
  readonly profile: ProfileId
  readonly segments: readonly string[]
}

/** Tables of the two generations change places. */
export interface TableExchange {
  /** UUIDs of the tables as they are now, base and shadow. */
  look(): Promise<NonNullable<NextGeneration['tables']>>
  /** Exchanges each table that still has the UUID of `before` in the base. Repeatable. */
  exchange(before: NonNullable<NextGeneration['tables']>): Promise<void>
  /**
   * After the exchange: profiles whose memberships differ between the two generations, with the segments that the old one had them in. In the
   * same order at every look, since nobody writes any more.
   */
  held(): AsyncIterable<HeldProfile>
}

export interface RebuildPorts {
  readonly old: OldGeneration
  readonly next: NewGeneration
  readonly tables: TableExchange
  /** Removes topics, groups and tables of a generation that serves no more, or never did. Repeatable. */
  drop(generation: { readonly generation: number; readonly partitions: number }): Promise<void>
  /** The record of `pipeline.generations`, written before what it says is done. */
  save(record: GenerationsRecord): Promise<void>
  /** Of a generation under a new key: it is fed from raw topics instead. */
  readonly fromRaw?: RawFeed
  /** Ends the services that the command itself runs for the new generation. Repeatable. */
  readonly dismiss?: () => Promise<void>
  now(): EpochMs
  /** Waits a moment between two looks at what others do, and says what for when it takes long. @throws when the command is told to end. */
  pause(waitsFor: string): Promise<void>
  report(progress: RebuildReport): void
}

export interface RebuildReport {
  readonly phase: NextGeneration['phase'] | 'done'
  readonly epoch: number
  readonly slice: number
  readonly events: number
  readonly links: number
  /** When the channels paused, by whichever command; null: not yet. */
  readonly pausedAt: EpochMs | null
  /** Log time that the feed has come to; null: nothing was fed yet. */
  readonly logTime: EpochMs | null
}
