import type { PipelineHealthRow } from '#schemas/clickhouse/rows.ts'
import { rowVersion } from '#runtime/log/version.ts'
import { toIso } from '#runtime/time/iso.ts'
import { profilesByClass } from '../core/profile-sizes.ts'
import type { LinkerMeta } from '../core/state.ts'

/** The fold's counters as absolute rows: written as often as one likes, the last ones count. */
export function healthRows(meta: LinkerMeta, generation: number): readonly PipelineHealthRow[] {
  const at = toIso(meta.clock)
  const version = rowVersion(generation, meta.nextOffset, 0)
  const profiles = Array.from(
    profilesByClass(meta),
    ([identifiers, count]) => [`profiles of ${identifiers} identifiers`, count] as const,
  )
  return [...Object.entries<number>({ ...meta.counters }), ...profiles].map(([name, value]) => ({
    component: 'identity',
    partition: 0,
    name,
    value,
    at,
    version,
  }))
}
