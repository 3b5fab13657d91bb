import { toErrorJson } from '#runtime/errors/index.ts'
import type { Metrics, MetricsRegistry } from '#runtime/telemetry/index.ts'
import type { PartitionMeta } from '../core/state.ts'
import type { ValueLost } from './kept/kept-rows.ts'
import type { StoppedPartition } from './owner/owners.ts'

/** Shows the counters of a partition's fold; how far behind it is, tributary_stage_lag_* says. */
export function createPartitionMetrics(
  metrics: Metrics,
): (partition: number, meta: PartitionMeta) => void {
  const counts = metrics.gauge({
    name: 'profiles_count',
    help: 'What a partition has counted since the start of its log: events applied, duplicates, links sent, assignments received',
    labels: ['what', 'partition'],
  })
  return (partition, { counters }) => {
    for (const [what, value] of Object.entries<number>({ ...counters }))
      counts.set({ what, partition: String(partition) }, value)
  }
}

/** Shows which partitions stand still, and why. Gives what takes it away again: a process may start its parts anew. */
export function showStoppedPartitions(
  metrics: MetricsRegistry,
  topic: string,
  stopped: () => readonly StoppedPartition[],
): () => void {
  const gauge = metrics.gauge({
    name: 'profiles_partition_stopped',
    help: '1: the partition stands still, by the code of its error; TRB_STATE_FULL goes on by itself when there is room, others need somebody',
    labels: ['topic', 'partition', 'code'],
  })
  let shown: { readonly topic: string; readonly partition: string; readonly code: string }[] = []
  const show = (now: readonly StoppedPartition[]): void => {
    for (const labels of shown) gauge.remove(labels)
    shown = now.map(({ partition, error }) => ({
      topic,
      partition: String(partition),
      code: toErrorJson(error).error.code,
    }))
    for (const labels of shown) gauge.set(labels, 1)
  }
  metrics.onRead('stopped partitions', () => show(stopped()))
  return () => {
    metrics.onRead('stopped partitions', () => {})
    show([])
  }
}

/** Counts kept values that can't be shown. */
export function createKeptMetrics(metrics: Metrics): (why: ValueLost) => void {
  const lost = metrics.counter({
    name: 'profiles_kept_values_lost_total',
    help: 'Kept values that a row does without: their key was destroyed, or they are not what was sealed',
    labels: ['why'],
  })
  return (why) => lost.add({ why }, 1)
}
