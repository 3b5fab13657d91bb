import type { Tally } from '../core/outcome.ts'

/** What a channel counts. Labels are closed sets or names from the pipeline file, never values of events. */
export interface ChannelMetrics extends Tally {
  record(source: string): void
  /** `machine`: why a machine made it; null: a person did. */
  routed(source: string, type: string, machine: string | null, attributed: boolean): void
  deadLetter(source: string, stage: string, reason: string): void
  dropped(source: string, reason: string): void
  /** Whether a partition waits here for the registry, or for a decision about its offset: each comes and goes by itself. */
  waiting(topic: string, partition: number, why: 'registry' | 'offset', waits: boolean): void
  batch(records: number, seconds: number): void
  /** A key for what the file keeps of somebody. */
  dataKeyMade(): void
}

export const silentMetrics: ChannelMetrics = {
  record: () => {},
  routed: () => {},
  deadLetter: () => {},
  dropped: () => {},
  waiting: () => {},
  batch: () => {},
  dataKeyMade: () => {},
  unknownType: () => {},
  sensitiveField: () => {},
  personalValue: () => {},
}
