import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { Member } from '../cpu.ts'
import type { TopicOf } from '../stream/records.ts'

/** In the order of the first round: the floor writes as many rows as Tributary did, and the others are held against its values. */
export const contestantNames = [
  'tributary',
  'floor',
  'kafka_streams_alo',
  'kafka_streams_eos',
] as const
export type ContestantName = (typeof contestantNames)[number]

/** One contestant with topics and tables of its own, ready to be started. */
export interface Lane {
  readonly topicOf: TopicOf
  readonly clickhouse: ClickHouse
  /** Starts its processes. */
  start(): readonly Member[]
  /** @throws Error naming a process that ended by itself. */
  assertAlive(): void
  /** What its processes say is wrong with them, when nothing goes on. */
  trouble(): Promise<string>
  /** What tables lack of so many events of so many people, in words; '' when they hold everything. Asked once `events` has them. */
  missing(events: number, people: number): Promise<string>
  /** Ends its processes as an operator would. */
  stop(): Promise<void>
  /** What is wrong with what it stored, in words; asked after `stop`. */
  problems(): Promise<readonly string[]>
  /** Topics and tables go too. */
  drop(): Promise<void>
}
