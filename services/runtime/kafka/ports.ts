import type { TributaryError } from '../errors/index.ts'
import type { EpochMs, Offset } from '../event/ids.ts'

/** One record as the broker holds it. `timestamp` is the broker's (LogAppendTime on our own topics). */
export interface KafkaRecord {
  readonly offset: Offset
  readonly timestamp: EpochMs
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Readonly<Record<string, Uint8Array>>
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export interface RecordBatch extends TopicPartition {
  readonly records: readonly KafkaRecord[]
  /** Offset after the last record that the broker holds. */
  readonly highWatermark: Offset
}

export type WantedStart = Offset | TributaryError | null

/** What a consumer of a group does with its partitions. All methods of one partition run one after another. */
export interface PartitionHandler {
  /**
   * Called for the whole assignment before the first batch of a generation; opens state.
   * Returns where to read each partition from; `null`: the committed offset, or the beginning when there is none; an error: its position
   * means nothing, as `offsetLost`. After a throw that may pass (a retriable error) it is called again, with `lost` in between.
   */
  assigned(partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, WantedStart>>
  /** Called when partitions are lost (after the fact: eager rebalances give no earlier word); closes state. */
  lost(partitions: readonly TopicPartition[]): Promise<void>
  /**
   * Processes and flushes one batch. `heartbeat` must be called about every second. A throw ends the consumer, unless it may pass (a
   * retriable error, but neither TRB_PRODUCER_DEAD nor TRB_SINK_CLOSED): then the assignment is over, and comes again after a while.
   */
  batch(batch: RecordBatch, control: BatchControl): Promise<void>
  /**
   * The consumer stops: no batch comes any more, and commits still get through. For work that outlives its batch; left out: there is none.
   */
  ending?(): Promise<void>
  /**
   * The position of one partition is not in the log any more (TRB_OFFSET_LOST), or what lies there can't be unpacked
   * (TRB_BATCH_UNREADABLE). With this method that partition stays unread and the others go on; without it the consumer ends with the error.
   */
  offsetLost?(partition: TopicPartition, error: TributaryError): void
}

export interface BatchControl {
  heartbeat(): Promise<void>
  /** True when this assignment is over: stop and drop the work. */
  isStale(): boolean
  /**
   * Leaves the records from `offset` on unread, though the handler returns: they come again with the next batch. Together with a
   * pause, for a partition that has to wait while the others go on.
   */
  stopAt(offset: Offset): void
  /**
   * Commits `offset` (the next one to read) with metadata, for information or as the channel's position. While the brokers are away it
   * waits; after it the offset is committed, or the assignment is over (`isStale`). After the handler has returned it is for information
   * alone: what the group refuses is left to the next batch.
   */
  commit(offset: Offset, metadata?: string): Promise<void>
}

export interface CommittedOffset {
  readonly offset: Offset
  readonly metadata: string | null
}

export interface GroupConsumer {
  /** Waits while no broker answers. */
  run(handler: PartitionHandler): Promise<void>
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  /** Reads a partition that is assigned now from there on; together with a pause and a resume, for one that was opened late. */
  seek(partition: TopicPartition, to: Offset): void
  /** Resolves with the error that ended it, or undefined after `stop`. */
  readonly ended: Promise<Error | undefined>
  stop(): Promise<void>
}

export interface OutgoingRecord {
  readonly key: Uint8Array | null
  /** null: a tombstone. */
  readonly value: Uint8Array | null
  readonly headers?: Readonly<Record<string, Uint8Array | string>>
  /** Explicit partition; without it the key decides (Kafka's murmur2). */
  readonly partition?: number
}

export interface OutgoingBatch {
  readonly topic: string
  readonly records: readonly OutgoingRecord[]
}

/**
 * An idempotent producer with one serial queue (concurrent sends on one idempotent producer lose acknowledged records, see the ADR).
 * `send` resolves when every record is acknowledged by all in-sync replicas, in order per partition; it splits what is too
 * large for one request, never one record.
 */
export interface Producer {
  send(batches: readonly OutgoingBatch[]): Promise<void>
  close(): Promise<void>
}

/** Reads one partition outside any group: definitions, suppressions, the decision log. */
export interface PartitionReader {
  /** Yields batches from `from` (or the log's start) on; with `untilEnd`, ends at the high watermark seen at the start. */
  read(
    at: TopicPartition,
    options: {
      from: Offset | 'start'
      untilEnd: boolean
      signal?: AbortSignal
      /** Of one fetch, for whoever reads many partitions at once; left out: 4 MiB. */
      fetchBytesMax?: number
    },
  ): AsyncIterable<RecordBatch>
}

export interface TopicDescription {
  readonly topic: string
  readonly topicId: string | null
  readonly partitions: number
}

export interface OffsetRange {
  /** The oldest offset still in the log. */
  readonly low: Offset
  /** The next offset to be written. */
  readonly high: Offset
}

export interface Admin {
  describeTopics(topics: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>>
  createTopics(topics: readonly NewTopic[]): Promise<void>
  listTopics(): Promise<readonly string[]>
  offsets(topic: string): Promise<ReadonlyMap<number, OffsetRange>>
  committed(group: string, topic: string): Promise<ReadonlyMap<number, CommittedOffset>>
  deleteTopics(topics: readonly string[]): Promise<void>
  /** Effective values of the named settings of a topic; a setting that the broker does not know is left out. */
  topicConfig(topic: string, names: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** The same of several topics in one request. @throws TributaryError TRB_TOPIC_MISSING when one of them is not there. */
  topicConfigs(
    topics: readonly string[],
    names: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>>
  setTopicConfig(topic: string, config: Readonly<Record<string, string>>): Promise<void>
  /** Sets committed offsets of a group (`sources reset`). @throws TributaryError TRB_GROUP_IN_USE while it has members. */
  resetCommitted(group: string, topic: string, offsets: ReadonlyMap<number, Offset>): Promise<void>
  /** Deletes the records of each partition that lie before the offset. */
  deleteRecords(topic: string, before: ReadonlyMap<number, Offset>): Promise<void>
  /** @throws TributaryError TRB_GROUP_IN_USE while one of them has members. */
  deleteGroups(groups: readonly string[]): Promise<void>
  /** null when the brokers do not tell. */
  clusterId(): Promise<string | null>
  /** Level of the cluster's feature `metadata.version`, which names its release; null when the brokers do not tell. */
  metadataVersion(): Promise<number | null>
  /** How many members each group has; 0 for a group that there is not. */
  members(groups: readonly string[]): Promise<ReadonlyMap<string, number>>
  /**
   * The first records from each offset on, as many as one small fetch brings; a partition without any is left out.
   * @throws TributaryError TRB_OFFSET_LOST when an offset is not in the log, TRB_TOPIC_MISSING for a partition that there is not.
   */
  peek(
    topic: string,
    from: ReadonlyMap<number, Offset>,
  ): Promise<ReadonlyMap<number, readonly KafkaRecord[]>>
  close(): Promise<void>
}

export interface NewTopic {
  readonly topic: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly config: Readonly<Record<string, string>>
}

export interface GroupConsumerOptions {
  readonly groupId: string
  readonly topics: readonly (string | RegExp)[]
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  /** How long the broker may hold a fetch that has less than `fetchMinBytes`: the flush cadence of a quiet partition. */
  readonly fetchWaitMs: number
  readonly fetchMinBytes: number
  readonly fetchMaxBytesPerPartition: number
}

export interface KafkaClient {
  consumer(options: GroupConsumerOptions): GroupConsumer
  producer(): Promise<Producer>
  reader(): PartitionReader
  admin(): Promise<Admin>
  /** Closes what the client itself holds open; consumers, producers and admins are their owners' to close. */
  close(): Promise<void>
}

/** Key of a partition in maps. */
export const partitionKey = (at: TopicPartition): string => `${at.topic}/${at.partition}`
