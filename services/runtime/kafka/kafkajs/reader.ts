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
import { batchUnreadable, readableOf } from './fetched-batches.ts'
import {
  type ConnectionSettings,
  connectCluster,
  FetchedBatch,
  type InternalCluster,
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

const partitionMissing = (at: TopicPartition): TributaryError =>
  new TributaryError('TRB_TOPIC_MISSING', `${partitionKey(at)} does not exist`, {
    context: { ...at },
  })

async function rangeOf(
  cluster: InternalCluster,
  at: TopicPartition,
): Promise<{ low: number; high: number }> {
  const look = async (fromBeginning: boolean): Promise<number> => {
    const [found] = await cluster.fetchTopicsOffset([
      { topic: at.topic, partitions: [{ partition: at.partition }], fromBeginning },
    ])
    const text = found?.partitions[0]?.offset
    if (text === undefined) throw partitionMissing(at)
    return Number(text)
  }
  return { low: await look(true), high: await look(false) }
}

/** One fetch. Where `next` is `from`, nothing was there. @throws TributaryError TRB_TOPIC_MISSING, TRB_BATCH_UNREADABLE. */
export async function fetchFrom(
  cluster: InternalCluster,
  at: TopicPartition,
  from: number,
  { maxBytes = fetchMaxBytes, waitMs = lookingWaitMs } = {},
): Promise<Fetched> {
  // Of a partition without a leader kafkajs gives the leader -1, and finds no such broker.
  const [leader] = Object.keys(cluster.findLeaderForPartitions(at.topic, [at.partition]))
  if (leader === undefined) throw partitionMissing(at)
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
  const { readable, next: unreadable } = readableOf(fetched.messages)
  const lastReadable = readable.at(-1)
  if (lastReadable !== undefined) {
    const records = readable.map(toRecord)
    const last = unreadable === null ? fetched.lastOffset() : lastReadable.offset
    return { batch: { ...at, records, highWatermark }, next: Number(last) + 1 }
  }
  if (unreadable !== null) throw batchUnreadable(at, unreadable)
  // Only control records, or only what compaction left of batches: there is nothing to hand out up to there.
  if (fetched.isEmptyDueToFiltering())
    return { batch: null, next: Number(fetched.lastOffset()) + 1 }
  return { batch: null, next: from }
}

/** Reads partitions by plain fetches, without a group: nothing to join, nothing to clean up, no offsets kept. */
export function createReader(deps: ReaderDeps): PartitionReader {
  return {
    async *read(at, { from, untilEnd, signal, fetchBytesMax = fetchMaxBytes }) {
      const batches = readAndClose(deps, at, from, untilEnd, signal, fetchBytesMax)
      try {
        for (;;) {
          const step = await unlessAborted(batches.next(), signal)
          if (step === undefined || step.done === true) return
          yield step.value
        }
      } finally {
        const closed = batches.return()
        // A broker may hold a fetch for seconds, and kafkajs closes only after every answer: who was told to stop leaves both behind.
        if (isAborted(signal)) closed.catch(() => undefined)
        else await closed
      }
    },
  }
}

/** What work gives, or undefined as soon as the signal is aborted: then it goes on alone, and nobody hears how it ends. */
async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  const { promise: left, resolve } = Promise.withResolvers<undefined>()
  const leave = (): void => resolve(undefined)
  signal?.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work, left])
  } finally {
    signal?.removeEventListener('abort', leave)
  }
}

async function* readAndClose(
  { settings, kafkajsLog, log }: ReaderDeps,
  at: TopicPartition,
  from: Offset | 'start',
  untilEnd: boolean,
  signal: AbortSignal | undefined,
  fetchBytesMax: number,
): AsyncGenerator<RecordBatch, void, void> {
  const cluster = connectCluster(settings, kafkajsLog)
  try {
    yield* readPartition(cluster, log, at, from, untilEnd, signal, fetchBytesMax)
  } finally {
    await cluster.disconnect()
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
