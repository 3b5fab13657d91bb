import type { PipelineHealthRow } from '#schemas/clickhouse/rows.ts'
import { epochMs } from '../event/ids.ts'
import { partitionKey, type TopicPartition } from '../kafka/ports.ts'
import { toIso } from '../time/iso.ts'
import type { StageReading } from './stage-book.ts'
import type { HotBook } from './hot-book.ts'

const minuteMs = 60_000

/** Rows of one report: what waits at each stage, where its time went, and the hot keys. Of each minute the last report stands. */
export function stageRows(
  readings: readonly StageReading[],
  hot: HotBook,
  now: number,
): readonly Required<PipelineHealthRow>[] {
  const seen = {
    at: toIso(epochMs(now)),
    minute: toIso(epochMs(Math.floor(now / minuteMs) * minuteMs)),
    version: String(now),
  }
  const rowsOf =
    (component: string, { topic, partition }: TopicPartition) =>
    (name: string, value: number, key = ''): Required<PipelineHealthRow> => ({
      component,
      partition,
      name,
      topic,
      key,
      value,
      ...seen,
    })
  const stages = readings.flatMap((reading) => {
    const { records, events, oldest } = reading
    const row = rowsOf(reading.stage, reading)
    return [
      row('lag_records', records),
      row('lag_events', events ?? -1),
      row('oldest_waiting_timestamp_seconds', oldest === null ? 0 : oldest.at / 1000),
      row('oldest_waiting_offset', oldest === null ? -1 : oldest.offset),
      ...[...reading.steps].map(([step, seconds]) => row('step_seconds', seconds, step)),
    ]
  })
  const stageOf = new Map(
    readings
      .filter(({ stage }) => stage !== 'clickhouse')
      .map((reading) => [partitionKey(reading), reading.stage]),
  )
  const keys = hot.all().flatMap(({ at, kind, keys: of }) => {
    const component = stageOf.get(partitionKey(at))
    const { top, total } = of.window(now)
    if (component === undefined || total === 0) return []
    const row = rowsOf(component, at)
    return [
      row(`window_${kind}`, total),
      ...top.map(({ key, count }) => row(`hot_${kind}`, count, key)),
    ]
  })
  return [...stages, ...keys]
}
