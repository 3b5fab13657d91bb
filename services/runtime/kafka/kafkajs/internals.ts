/* oxlint-disable typescript/no-unsafe-type-assertion -- the inside of kafkajs has no types */
import type { Logger as KafkajsLogger } from 'kafkajs'
import { TributaryError } from '../../errors/index.ts'
import type { FetchedMessage } from './fetched-batches.ts'
import { load } from './patched.ts'

/*
 * kafkajs 2.2.4 (pinned) has no public way to read a partition outside a group, to learn topic ids, or to refuse the silent
 * reset after OFFSET_OUT_OF_RANGE. This is the one place that reaches into it; the contract suite runs all of it on a real broker.
 */
export interface WireEncoder {
  readonly buffer: Buffer
  writeBuffer(bytes: Buffer): WireEncoder
}

interface WireRequest<T> {
  readonly request: {
    readonly apiKey: number
    readonly apiVersion: number
    readonly apiName: string
    encode(): Promise<WireEncoder>
  }
  readonly response: { decode(raw: Buffer): Promise<Buffer>; parse(raw: Buffer): Promise<T> }
}

interface FetchedPartition {
  readonly partition: number
  readonly highWatermark: string
  readonly messages: readonly FetchedMessage[]
}

export interface InternalBroker {
  readonly nodeId: number
  readonly connectionPool: { send<T>(request: WireRequest<T>): Promise<T> }
  fetch(request: {
    maxWaitTime: number
    minBytes: number
    maxBytes: number
    isolationLevel: number
    topics: {
      topic: string
      partitions: { partition: number; fetchOffset: string; maxBytes: number }[]
    }[]
  }): Promise<{
    responses: readonly { topicName: string; partitions: readonly FetchedPartition[] }[]
  }>
}

export interface InternalCluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  addTargetTopic(topic: string): Promise<void>
  refreshMetadata(): Promise<void>
  removeBroker(at: { host: string; port: number }): void
  findBroker(at: { nodeId: string }): Promise<InternalBroker>
  findControllerBroker(): Promise<InternalBroker>
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>
  fetchTopicsOffset(
    topics: { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>
}

export interface InternalBatch {
  readonly messages: readonly FetchedMessage[]
  isEmptyDueToFiltering(): boolean
  lastOffset(): string
}

interface OffsetManagerPrototype {
  setDefaultOffset?: (at: { topic: string; partition: number }) => Promise<void>
}

export const WireEncoderClass = load('protocol/encoder') as new () => WireEncoder
const ClusterClass = load('cluster') as new (options: object) => InternalCluster
export const FetchedBatch = load('consumer/batch') as new (
  topic: string,
  fetchedOffset: string,
  partition: FetchedPartition,
) => InternalBatch
const makeSocketFactory = load('network/socketFactory') as () => unknown

export interface ConnectionSettings {
  readonly brokers: string[]
  readonly clientId: string
  readonly ssl: boolean
  readonly sasl: { mechanism: 'plain'; username: string; password: string } | undefined
  readonly connectionTimeout: number
  readonly requestTimeout: number
  readonly retry: {
    readonly initialRetryTime: number
    readonly maxRetryTime: number
    readonly retries: number
  }
}

export const readCommitted = 1

/** A bare connection to the cluster, outside any group. */
export function connectCluster(
  settings: ConnectionSettings,
  logger: KafkajsLogger,
): InternalCluster {
  return new ClusterClass({
    ...settings,
    logger,
    socketFactory: makeSocketFactory(),
    enforceRequestTimeout: true,
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
    isolationLevel: readCommitted,
  })
}

let refusing = false

/**
 * kafkajs answers OFFSET_OUT_OF_RANGE by committing the beginning (or the end) of the log and going on: records are skipped
 * or repeated and nobody hears of it. With this, the consumer ends with TRB_OFFSET_LOST and the committed offset stays.
 */
export function refuseOffsetReset(): void {
  if (refusing) return
  const { prototype } = load('consumer/offsetManager') as { prototype: OffsetManagerPrototype }
  if (prototype.setDefaultOffset === undefined) {
    throw new TributaryError(
      'TRB_INTERNAL',
      'kafkajs is not 2.2.4: OffsetManager has no setDefaultOffset',
    )
  }
  prototype.setDefaultOffset = async ({ topic, partition }) =>
    Promise.reject(
      new TributaryError(
        'TRB_OFFSET_LOST',
        `${topic}/${partition}: the offset being read was removed from the log while it was read`,
        { context: { topic, partition } },
      ),
    )
  refusing = true
}
