import { partitionKey, type TopicPartition } from '../kafka/ports.ts'
import {
  type CounterMetric,
  type HistogramMetric,
  type Metrics,
  secondsBuckets,
} from '../telemetry/index.ts'
import type { Span, Tracing } from '../tracing/index.ts'
import type { StageBook, StageName, StepName } from './stage-book.ts'

/** How the work on one partition tells of its steps. */
export interface Steps {
  /** Runs one step. `traceparent`: what the records that it sends carry; null: nobody traces. */
  run<T>(step: StepName, work: (traceparent: string | null) => Promise<T>): Promise<T>
  /** A step that took so long until now, timed by whoever did it; `parts`: of that, for traces. */
  spent(step: StepName, seconds: number, parts?: Readonly<Partial<Record<StepName, number>>>): void
  /** So many records held so many events. */
  counted(records: number, events: number): void
  /** Steps that go on while later batches are in work: parts of the batch that is in work now, or was last. */
  beside(): Steps
}

/** For tests and simulations: nobody watches. */
export const unwatched: Steps = {
  run: async (_step, work) => work(null),
  spent: () => {},
  counted: () => {},
  beside: () => unwatched,
}

/** The batch that a partition has in work. */
export interface InWork {
  readonly stage: StageName
  readonly span: Span | null
}

/** What a process has in work: by partition. */
export interface Places {
  readonly inWork: Map<string, InWork>
  readonly stages: Map<string, StageName>
}

export interface StepFigures {
  readonly seconds: HistogramMetric<'stage' | 'step'>
  readonly records: CounterMetric<'stage'>
  readonly events: CounterMetric<'stage'>
}

export const stepFiguresOf = (metrics: Metrics): StepFigures => ({
  seconds: metrics.histogram({
    name: 'step_seconds',
    help: 'Time of one step of the work on a batch: normalise, fold or link; send to Kafka; clickhouse; state; commit',
    labels: ['stage', 'step'],
    buckets: secondsBuckets,
  }),
  records: metrics.counter({
    name: 'stage_records_total',
    help: 'Records that a stage has taken into work, those that came again included',
    labels: ['stage'],
  }),
  events: metrics.counter({
    name: 'stage_events_total',
    help: 'Events or messages in the records that a stage has taken into work',
    labels: ['stage'],
  }),
})

export interface StepDeps extends Places {
  readonly book: StageBook
  readonly tracing: Tracing | null
  readonly now: () => number
  readonly figures: StepFigures
}

const spanKinds = { send: 'producer', clickhouse: 'client' } as const
const kindOf = (step: StepName): 'producer' | 'client' | 'internal' =>
  step === 'send' || step === 'clickhouse' ? spanKinds[step] : 'internal'

export function stepsOf(at: TopicPartition, deps: StepDeps): Steps {
  const key = partitionKey(at)
  let last: string | null = null
  const batchSpan = (): string | null => {
    const now = deps.inWork.get(key)
    if (now !== undefined) last = now.span?.traceparent ?? null
    return last
  }
  return partsOf(at, deps, batchSpan)
}

function partsOf(at: TopicPartition, deps: StepDeps, parentOf: () => string | null): Steps {
  const { book, tracing, figures } = deps
  const key = partitionKey(at)
  const stage = (): StageName => deps.stages.get(key) ?? 'profiles'
  const start = (step: StepName, startedAt?: number): Span | null =>
    tracing?.start(step, {
      kind: kindOf(step),
      parent: parentOf(),
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
        figures.seconds.observe({ stage: stage(), step }, took)
        span?.end()
      }
    },
    spent(step, took, parts) {
      book.spent(at, step, took)
      figures.seconds.observe({ stage: stage(), step }, took)
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
      figures.records.add({ stage: stage() }, records)
      figures.events.add({ stage: stage() }, events)
    },
    beside() {
      const parent = parentOf()
      return partsOf(at, deps, () => parent)
    },
  }
}
