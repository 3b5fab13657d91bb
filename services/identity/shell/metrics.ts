import type { Metrics } from '#runtime/telemetry/index.ts'
import { profilesByClass } from '../core/profile-sizes.ts'
import type { LinkerMeta } from '../core/state.ts'

/** Shows the fold's counters; how far behind the linker is, tributary_stage_lag_* says. */
export function createLinkerMetrics(metrics: Metrics): (meta: LinkerMeta) => void {
  const counts = metrics.gauge({
    name: 'identity_count',
    help: 'What the linker has counted since the start of the decision log: links, merges, refusals by rule',
    labels: ['what'],
  })
  const clock = metrics.gauge({
    name: 'identity_clock_seconds',
    help: 'Newest log time that the linker has seen, in seconds since 1970',
    labels: [],
  })
  const profiles = metrics.gauge({
    name: 'identity_profiles',
    help: 'Profiles by how many identifiers they have; many with hundreds are machines, tills or junk that no rule caught',
    labels: ['identifiers'],
  })
  return (meta) => {
    for (const [identifiers, count] of profilesByClass(meta.sizes))
      profiles.set({ identifiers }, count)
    for (const [what, value] of Object.entries<number>({ ...meta.counters }))
      counts.set({ what }, value)
    clock.set({}, meta.clock / 1000)
  }
}
