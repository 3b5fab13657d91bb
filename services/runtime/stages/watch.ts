import { epochMs, type Offset } from '../event/ids.ts'
import {
  type BatchControl,
  type PartitionHandler,
  partitionKey,
  type RecordBatch,
  type TopicPartition,
} from '../kafka/ports.ts'
import {
  type HistogramMetric,
  type Logger,
  type Metrics,
  secondsBuckets,
} from '../telemetry/index.ts'
import { type Span, traceparentsOf, type Tracing } from '../tracing/index.ts'
import { createHotKeys, type HotKeys } from './hot-keys.ts'
import type { StageBook, StageName, StepName } from './stage-book.ts'

/** What a hot key can be. Pseudonyms and profile ids only. */
export type HotKind = 'fragment' | 'profile' | 'identifier'

/** How the work on one partition tells of its steps. */
export interface Steps {
  /** Runs one step. `traceparent`: what the records that it sends carry; null: nobody traces. */
  run<T>(step: StepName, work: (traceparent: string | null) => Promise<T>): Promise<T>
  /** A step that took so long until now, timed by whoever did it; `parts`: of that, for traces. */
  spent(step: StepName, seconds: number, parts?: Readonly<Partial<Record<StepName, number>>>): void
  /** So many records held so many events. */
  counted(records: number, events: number): void
}

/** For tests and simulations: nobody watches. */
export const unwatched: Steps = {
  run: async (_step, work) => work(null),
  spent: () => {},
  counted: () => {},
}

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

/** The hot keys of each partition that is read here. */
export interface HotBook {
  of(at: TopicPartition, kind: HotKind): HotKeys
  forget(at: TopicPartition): void
  all(): readonly { readonly at: TopicPartition; readonly kind: HotKind; readonly keys: HotKeys }[]
}

const hotWindowMs = 60_000
const hotTop = 5

export function createHotBook(): HotBook {
  const books = new Map<string, { at: TopicPartition; kinds: Map<HotKind, HotKeys> }>()
  return {
    of(at, kind) {
      const book = books.get(partitionKey(at)) ?? { at, kinds: new Map<HotKind, HotKeys>() }
      books.set(partitionKey(at), book)
      const keys = book.kinds.get(kind) ?? createHotKeys({ windowMs: hotWindowMs, top: hotTop })
      book.kinds.set(kind, keys)
      return keys
    },
    forget: (at) => void books.delete(partitionKey(at)),
    all: () =>
      [...books.values()].flatMap(({ at, kinds }) =>
        [...kinds].map(([kind, keys]) => ({ at, kind, keys })),
      ),
  }
}

/** The batch that a partition has in work. */
interface InWork {
  readonly stage: StageName
  readonly span: Span | null
}

export function createStageWatch(deps: WatchDeps): StageWatch {
  const { book, metrics, tracing } = deps
  const inWork = new Map<string, InWork>()
  const stages = new Map<string, StageName>()
  const seconds = metrics.histogram({
    name: 'step_seconds',
    help: 'Time of one step of the work on a batch: normalise, fold or link; send to Kafka; clickhouse; state; commit',
    labels: ['stage', 'step'],
    buckets: secondsBuckets,
  })
  const counts = countersOf(metrics)
  return {
    traced: tracing !== null,
    handler: (stage, handler) => watched(stage, handler, { ...deps, inWork, stages }),
    steps: (at) => stepsOf(at, { book, tracing, now: deps.now, inWork, stages, seconds, counts }),
    hotKeys: ({ topic, partition }, kind) => ({
      // Looked up each time: a partition that was lost and came back begins anew.
      add: (key) => deps.hot.of({ topic, partition }, kind).add(key),
    }),
  }
}

const countersOf = (metrics: Metrics) => ({
  records: metrics.counter({
    name: 'stage_records_total',
    help: 'Records that a stage has taken into work, those that came again included',
    labels: ['stage'],
  }),
  events: metrics.counter({
    name: 'stage_events_total',
    help: 'Events or messages in them',
    labels: ['stage'],
  }),
})

type Places = {
  readonly inWork: Map<string, InWork>
  readonly stages: Map<string, StageName>
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
        book.assigned(at, stage, starts.get(partitionKey(at)) ?? null)
      }
      return starts
    },
    async lost(partitions) {
      for (const at of partitions) {
        book.lost(at)
        hot.forget(at)
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

interface StepDeps extends Places {
  readonly book: StageBook
  readonly tracing: Tracing | null
  readonly now: () => number
  readonly seconds: HistogramMetric<'stage' | 'step'>
  readonly counts: ReturnType<typeof countersOf>
}

const spanKinds = { send: 'producer', clickhouse: 'client' } as const
const kindOf = (step: StepName): 'producer' | 'client' | 'internal' =>
  step === 'send' || step === 'clickhouse' ? spanKinds[step] : 'internal'

function stepsOf(at: TopicPartition, deps: StepDeps): Steps {
  const { book, tracing, seconds, counts } = deps
  const key = partitionKey(at)
  const stage = (): StageName => deps.stages.get(key) ?? 'profiles'
  const start = (step: StepName, startedAt?: number): Span | null =>
    tracing?.start(step, {
      kind: kindOf(step),
      parent: deps.inWork.get(key)?.span?.traceparent ?? null,
      attributes: { 'tributary.stage': stage() },
      ...(startedAt === undefined ? {} : { startedAt }),
    }) ?? null
  return {
    async run(step, work) {
      const startedAt = performance.now()
      const span = start(step)
      book.entered(at, step, deps.now())
      try {
        return await work(span?.traceparent ?? null)
      } catch (error) {
        span?.failed(error)
        throw error
      } finally {
        const took = (performance.now() - startedAt) / 1000
        book.left(at, step, took)
        seconds.observe({ stage: stage(), step }, took)
        span?.end()
      }
    },
    spent(step, took, parts) {
      book.spent(at, step, took)
      seconds.observe({ stage: stage(), step }, took)
      if (tracing === null) return
      const endedAt = performance.timeOrigin + performance.now()
      const startedAt = endedAt - took * 1000
      const span = start(step, startedAt)
      for (const [part, of] of Object.entries(parts ?? {})) {
        // Interleaved, record by record: its length is true, its place is the beginning.
        const parent = span?.traceparent ?? null
        tracing.start(part, { kind: 'internal', parent, startedAt }).end(startedAt + of * 1000)
      }
      span?.end(endedAt)
    },
    counted(records, events) {
      book.counted(at, records, events)
      counts.records.add({ stage: stage() }, records)
      counts.events.add({ stage: stage() }, events)
    },
  }
}
