import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger as KafkajsLogger } from 'kafkajs'
import { TributaryError } from '../../errors/index.ts'
import { type Offset, offset } from '../../event/ids.ts'
import type { Logger } from '../../telemetry/logger.ts'
import {
  type PartitionReader,
  partitionKey,
  type RecordBatch,
  type TopicPartition,
} from '../ports.ts'
import { isOffsetOutOfRange, kafkaError } from './errors.ts'
import { createSockets } from './hang-up.ts'
import {
  type ConnectionSettings,
  connectCluster,
  FetchedBatch,
  type InternalCluster,
  makeSocketFactory,
  readCommitted,
} from './internals.ts'
import { toRecord } from './records.ts'

const fetchMaxBytes = 4 * 1024 * 1024
/** A broker answers at once when there is something: only who follows a quiet log asks again so seldom. */
const followingWaitMs = 2000
/** Where nothing comes, there is nothing to be read. */
const lookingWaitMs = 200
const pauseFirstMs = 20
const pauseMaxMs = 1000
/** How long a read up to the end may fail before it gives up; a follower never does. */
const patienceMs = 60_000

interface ReaderDeps {
  readonly settings: ConnectionSettings
  readonly kafkajsLog: KafkajsLogger
  readonly log: Logger
}

/** Asked anew each time: a signal changes while somebody waits. */
const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true

interface Fetched {
  readonly batch: RecordBatch | null
  readonly next: number
}

async function rangeOf(
  cluster: InternalCluster,
  at: TopicPartition,
): Promise<{ low: number; high: number }> {
  const look = async (fromBeginning: boolean): Promise<number> => {
    const [found] = await cluster.fetchTopicsOffset([
      { topic: at.topic, partitions: [{ partition: at.partition }], fromBeginning },
    ])
    const text = found?.partitions[0]?.offset
    if (text === undefined) {
      throw new TributaryError('TRB_TOPIC_MISSING', `${partitionKey(at)} does not exist`, {
        context: { ...at },
      })
    }
    return Number(text)
  }
  return { low: await look(true), high: await look(false) }
}

/** One fetch. Where `next` is `from`, nothing was there. */
export async function fetchFrom(
  cluster: InternalCluster,
  at: TopicPartition,
  from: number,
  { maxBytes = fetchMaxBytes, waitMs = lookingWaitMs } = {},
): Promise<Fetched> {
  const [leader] = Object.keys(cluster.findLeaderForPartitions(at.topic, [at.partition]))
  if (leader === undefined) throw new Error(`${partitionKey(at)} has no leader`)
  const broker = await cluster.findBroker({ nodeId: leader })
  const { responses } = await broker.fetch({
    maxWaitTime: waitMs,
    minBytes: 1,
    maxBytes,
    isolationLevel: readCommitted,
    topics: [
      {
        topic: at.topic,
        partitions: [{ partition: at.partition, fetchOffset: String(from), maxBytes }],
      },
    ],
  })
  const partition = responses[0]?.partitions[0]
  if (partition === undefined) return { batch: null, next: from }
  const fetched = new FetchedBatch(at.topic, String(from), partition)
  const highWatermark = offset(Number(partition.highWatermark))
  if (fetched.messages.length > 0) {
    const records = fetched.messages.map(toRecord)
    return { batch: { ...at, records, highWatermark }, next: Number(fetched.lastOffset()) + 1 }
  }
  // Only control records, or only what compaction left of batches: there is nothing to hand out up to there.
  if (fetched.isEmptyDueToFiltering())
    return { batch: null, next: Number(fetched.lastOffset()) + 1 }
  return { batch: null, next: from }
}

/** Reads partitions by plain fetches, without a group: nothing to join, nothing to clean up, no offsets kept. */
export function createReader(deps: ReaderDeps): PartitionReader {
  return {
    async *read(at, { from, untilEnd, signal, fetchBytesMax = fetchMaxBytes }) {
      const sockets = createSockets(makeSocketFactory())
      const cluster = connectCluster(deps.settings, deps.kafkajsLog, sockets.factory)
      // A fetch that the broker still holds fails with its connection.
      const leave = (): void => sockets.hangUp()
      signal?.addEventListener('abort', leave, { once: true })
      try {
        yield* readPartition(cluster, deps.log, at, from, untilEnd, signal, fetchBytesMax)
      } finally {
        signal?.removeEventListener('abort', leave)
        await cluster.disconnect()
      }
    },
  }
}

async function* readPartition(
  cluster: InternalCluster,
  log: Logger,
  at: TopicPartition,
  from: Offset | 'start',
  untilEnd: boolean,
  signal: AbortSignal | undefined,
  fetchBytesMax: number,
): AsyncGenerator<RecordBatch> {
  const retry = createPatience(at, untilEnd ? patienceMs : Number.POSITIVE_INFINITY, cluster, log)
  const range = await retry.until(async () => {
    await cluster.connect()
    await cluster.addTargetTopic(at.topic)
    return rangeOf(cluster, at)
  }, signal)
  if (range === undefined) return
  let next = from === 'start' ? range.low : Number(from)
  if (next < range.low || next > range.high) {
    throw new TributaryError(
      'TRB_OFFSET_LOST',
      `${partitionKey(at)}: asked for ${next}, the log holds ${range.low} to ${range.high}`,
      { context: { ...at, start: next, low: range.low, high: range.high } },
    )
  }
  const waitMs = untilEnd ? lookingWaitMs : followingWaitMs
  const isDone = (): boolean => isAborted(signal) || (untilEnd && next >= range.high)
  while (!isDone()) {
    const fetched = await retry.until(
      async () => fetchFrom(cluster, at, next, { maxBytes: fetchBytesMax, waitMs }),
      signal,
    )
    if (fetched === undefined) return
    // The end was cut off by compaction: no record is left between here and the end.
    if (untilEnd && fetched.next === next) return
    next = fetched.next
    if (fetched.batch !== null) yield fetched.batch
  }
}

/** Tries until it works, the signal is aborted (undefined) or the patience is over (throws). */
function createPatience(
  at: TopicPartition,
  forMs: number,
  cluster: InternalCluster,
  log: Logger,
): {
  until<T>(attempt: () => Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined>
} {
  return {
    async until(attempt, signal) {
      let pauseMs = pauseFirstMs
      let waitedMs = 0
      while (!isAborted(signal)) {
        try {
          return await attempt()
        } catch (thrown) {
          if (isAborted(signal)) return undefined
          if (isOffsetOutOfRange(thrown)) {
            const message = `${partitionKey(at)}: the offset being read was removed from the log`
            throw new TributaryError('TRB_OFFSET_LOST', message, {
              context: { ...at },
              cause: thrown,
            })
          }
          const error = kafkaError(`reading ${partitionKey(at)}`, thrown, { ...at })
          if (error.code !== 'TRB_KAFKA_UNAVAILABLE' || waitedMs >= forMs) throw error
          log.warn({ ...at, code: error.code }, `${error.message}; trying again`)
          await sleep(pauseMs)
          waitedMs += pauseMs
          pauseMs = Math.min(pauseMs * 2, pauseMaxMs)
          // A failed refresh is the next attempt's failure.
          await cluster.refreshMetadata().catch(() => undefined)
        }
      }
      return undefined
    },
  }
}
