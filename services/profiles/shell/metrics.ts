import type { Metrics } from '#runtime/telemetry/index.ts'
import type { PartitionMeta } from '../core/state.ts'
import type { ValueLost } from './kept/kept-rows.ts'

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

/** Counts kept values that can't be shown. */
export function createKeptMetrics(metrics: Metrics): (why: ValueLost) => void {
  const lost = metrics.counter({
    name: 'profiles_kept_values_lost_total',
    help: 'Kept values that a row does without: their key was destroyed, or they are not what was sealed',
    labels: ['why'],
  })
  return (why) => lost.add({ why }, 1)
}
