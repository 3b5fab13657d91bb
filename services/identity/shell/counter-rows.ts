import type { PipelineHealthRow } from '#schemas/clickhouse/rows.ts'
import { rowVersion } from '#runtime/log/version.ts'
import { toIso } from '#runtime/time/iso.ts'
import { profilesByClass } from '../core/profile-sizes.ts'
import type { LinkerMeta } from '../core/state.ts'

/** The fold's counters as they are where it has come to: absolute, so that it matters only that the last ones get written. */
export function counterRows(meta: LinkerMeta, generation: number): readonly PipelineHealthRow[] {
  const at = toIso(meta.clock)
  const version = rowVersion(generation, meta.nextOffset, 0)
  const profiles = Array.from(
    profilesByClass(meta.sizes),
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
