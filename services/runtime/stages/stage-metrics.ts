import type { GaugeMetric, MetricsRegistry } from '../telemetry/index.ts'
import { partitionKey } from '../kafka/ports.ts'
import type { StageBook, StageReading } from './stage-book.ts'
import type { HotBook } from './hot-book.ts'

type StageLabel = 'stage' | 'topic' | 'partition'

/** Shows what waits, as it is when somebody asks for the metrics. Gives what takes it away again. */
export function showStages(
  metrics: MetricsRegistry,
  {
    book,
    hot,
    now,
  }: { readonly book: StageBook; readonly hot: HotBook; readonly now: () => number },
): () => void {
  const gauge = (name: string, help: string): GaugeMetric<StageLabel> =>
    metrics.gauge({ name, help, labels: ['stage', 'topic', 'partition'] })
  const seconds = gauge(
    'stage_lag_seconds',
    'How long the oldest record that a stage has not finished has been waiting since the broker took it; 0: nothing waits',
  )
  const records = gauge('stage_lag_records', 'Records that a stage has not finished')
  const events = gauge(
    'stage_lag_events',
    'Events or messages in the records that a stage has not finished, as many a record as in those read so far',
  )
  const share = metrics.gauge({
    name: 'hot_key_ratio',
    help: 'Share of the hottest fragment, profile or identifier in the messages of its partition in the last minute; pipeline_hot_keys names it',
    labels: ['kind', 'topic', 'partition'],
  })
  const shown = rotating<StageReading>(
    ({ stage, ...at }) => `${stage}/${partitionKey(at)}`,
    ({ stage, topic, partition }) => {
      for (const one of [seconds, records, events]) one.remove({ stage, topic, partition })
    },
  )
  const shownShares = rotating<ReturnType<HotBook['all']>[number]>(
    ({ at, kind }) => `${kind}/${partitionKey(at)}`,
    ({ at, kind }) => share.remove({ kind, ...labelsOf(at) }),
  )
  metrics.onRead('stages', () => {
    const at = now()
    const readings = book.read()
    shown(readings)
    for (const reading of readings) {
      const labels = { stage: reading.stage, ...labelsOf(reading) }
      seconds.set(labels, reading.oldest === null ? 0 : Math.max(0, at - reading.oldest.at) / 1000)
      records.set(labels, reading.records)
      if (reading.events !== null) events.set(labels, reading.events)
    }
    const all = hot.all()
    shownShares(all)
    for (const { at: where, kind, keys } of all) {
      const { top, total } = keys.window(at)
      const hottest = top[0]?.count ?? 0
      share.set({ kind, ...labelsOf(where) }, total === 0 ? 0 : Math.min(1, hottest / total))
    }
  })
  return () => {
    metrics.onRead('stages', () => {})
    shown([])
    shownShares([])
  }
}

const labelsOf = ({
  topic,
  partition,
}: {
  readonly topic: string
  readonly partition: number
}) => ({
  topic,
  partition,
})

/** Takes away what was shown the last time and is not there any more: a partition that went elsewhere. */
function rotating<T>(
  keyOf: (one: T) => string,
  remove: (one: T) => void,
): (all: readonly T[]) => void {
  let before = new Map<string, T>()
  return (all) => {
    const now = new Map(all.map((one) => [keyOf(one), one]))
    for (const [key, one] of before) if (!now.has(key)) remove(one)
    before = now
  }
}
