import type { Offset } from '#runtime/event/ids.ts'
import type { Metrics } from '#runtime/telemetry/index.ts'
import type { LinkerMeta } from '../core/state.ts'

/** Shows the fold's counters and how far behind the linker is. */
export function createLinkerMetrics(
  metrics: Metrics,
): (meta: LinkerMeta, highWatermark: Offset) => void {
  const counts = metrics.gauge({
    name: 'identity_count',
    help: 'What the linker has counted since the start of the decision log: links, merges, refusals by rule',
    labels: ['what'],
  })
  const lag = metrics.gauge({
    name: 'identity_lag_records',
    help: 'Records of identity.links that wait for a decision',
    labels: [],
  })
  const clock = metrics.gauge({
    name: 'identity_clock_seconds',
    help: 'Newest log time that the linker has seen, in seconds since 1970',
    labels: [],
  })
  return (meta, highWatermark) => {
    for (const [what, value] of Object.entries<number>({ ...meta.counters }))
      counts.set({ what }, value)
    lag.set({}, Math.max(0, highWatermark - meta.nextOffset))
    clock.set({}, meta.clock / 1000)
  }
}
