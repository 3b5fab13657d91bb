import { epochMs, type Offset } from '../event/ids.ts'
import {
  type BatchControl,
  type PartitionHandler,
  partitionKey,
  type RecordBatch,
  type TopicPartition,
} from '../kafka/ports.ts'
import type { Logger, Metrics } from '../telemetry/index.ts'
import { type Span, traceparentsOf, type Tracing } from '../tracing/index.ts'
import type { HotBook, HotKind } from './hot-book.ts'
import type { HotKeys } from './hot-keys.ts'
import type { StageBook, StageName } from './stage-book.ts'
import { type InWork, type Places, stepFiguresOf, type Steps, stepsOf } from './steps.ts'

export interface StageWatch {
  /** The same handler, and what it does is seen: what waits, since when, how long steps take, spans. */
  handler(stage: StageName, handler: PartitionHandler): PartitionHandler
  /** For the partition's handler. */
  steps(at: TopicPartition): Steps
  hotKeys(at: TopicPartition, kind: HotKind): Pick<HotKeys, 'add'>
  /** Somebody traces: then also that is timed which costs a look at the clock per record. */
  readonly traced: boolean
}

export interface WatchDeps {
  readonly book: StageBook
  readonly hot: HotBook
  readonly metrics: Metrics
  readonly tracing: Tracing | null
  readonly log: Logger
  readonly now: () => number
}

export function createStageWatch(deps: WatchDeps): StageWatch {
  const { book, metrics, tracing } = deps
  const inWork = new Map<string, InWork>()
  const stages = new Map<string, StageName>()
  const figures = stepFiguresOf(metrics)
  return {
    traced: tracing !== null,
    handler: (stage, handler) => watched(stage, handler, { ...deps, inWork, stages }),
    steps: (at) => stepsOf(at, { book, tracing, now: deps.now, inWork, stages, figures }),
    hotKeys: (at, kind) => deps.hot.of(at, kind),
  }
}

function watched(
  stage: StageName,
  handler: PartitionHandler,
  deps: WatchDeps & Places,
): PartitionHandler {
  const { book, hot, inWork, stages } = deps
  return {
    async assigned(partitions) {
      const starts = await handler.assigned(partitions)
      for (const at of partitions) {
        stages.set(partitionKey(at), stage)
        hot.show(at, true)
        const start = starts.get(partitionKey(at)) ?? null
        book.assigned(at, stage, start instanceof Error ? null : start)
      }
      return starts
    },
    async lost(partitions) {
      for (const at of partitions) {
        book.lost(at)
        hot.show(at, false)
      }
      await handler.lost(partitions)
    },
    async batch(batch, control) {
      const taken = takenOf(batch)
      if (taken === null) return handler.batch(batch, control)
      const key = partitionKey(batch)
      const span = startSpan(stage, batch, deps.tracing)
      inWork.set(key, { stage, span })
      book.began(batch, taken)
      const startedAt = performance.now()
      try {
        await handler.batch(batch, following(batch, control, book))
      } catch (error) {
        span?.failed(error)
        throw error
      } finally {
        book.ended(batch)
        inWork.delete(key)
        span?.end()
        tell(stage, batch, span, (performance.now() - startedAt) / 1000, deps.log)
      }
    },
    ...(handler.ending === undefined ? {} : { ending: async () => handler.ending?.() }),
    ...(handler.offsetLost === undefined
      ? {}
      : { offsetLost: (at, error) => handler.offsetLost?.(at, error) }),
  }
}

function takenOf({ records, highWatermark }: RecordBatch) {
  const first = records[0]
  const last = records.at(-1)
  if (first === undefined || last === undefined) return null
  return {
    first: { offset: first.offset, at: epochMs(first.timestamp) },
    last: { offset: last.offset, at: epochMs(last.timestamp) },
    high: highWatermark,
    timeFrom: (offset: number) =>
      epochMs((records.find((record) => record.offset >= offset) ?? last).timestamp),
  }
}

/** The group's control, and what is committed is done with. */
const following = (at: TopicPartition, control: BatchControl, book: StageBook): BatchControl => ({
  heartbeat: async () => control.heartbeat(),
  isStale: () => control.isStale(),
  stopAt: (offset: Offset) => control.stopAt(offset),
  async commit(offset, metadata) {
    await control.commit(offset, metadata)
    if (!control.isStale()) book.moved(at, offset)
  },
})

function startSpan(stage: StageName, batch: RecordBatch, tracing: Tracing | null): Span | null {
  if (tracing === null) return null
  const { topic, partition, records } = batch
  const sources = traceparentsOf(records)
  const [only] = sources
  return tracing.start(`process ${topic}`, {
    kind: 'consumer',
    // Records of one sender go on with its trace; those of many begin one that names them.
    ...(sources.length === 1 && only !== undefined ? { parent: only } : { links: sources }),
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.destination.name': topic,
      'messaging.destination.partition.id': String(partition),
      'messaging.batch.message_count': records.length,
      'messaging.kafka.offset': records[0]?.offset ?? 0,
      'tributary.stage': stage,
      'tributary.offset.last': records.at(-1)?.offset ?? 0,
    },
  })
}

/** The places of records lead from here to `tributary trace`. */
function tell(
  stage: StageName,
  { topic, partition, records }: RecordBatch,
  span: Span | null,
  seconds: number,
  log: Logger,
): void {
  const place = (offset: number | undefined): string => `${topic}:${partition}:${offset ?? ''}`
  log.debug(
    {
      stage,
      from: place(records[0]?.offset),
      to: place(records.at(-1)?.offset),
      records: records.length,
      seconds,
      ...(span === null ? {} : { traceparent: span.traceparent }),
    },
    'batch',
  )
}
