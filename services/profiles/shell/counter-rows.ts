import type { PipelineHealthRow } from '#schemas/clickhouse/rows.ts'
import { rowVersion } from '#runtime/log/version.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { PartitionMeta } from '../core/state.ts'

/** The counters of a partition's fold as they are where it has come to: absolute, so that it matters only that the last ones get written. */
export function counterRows(
  partition: number,
  meta: PartitionMeta,
  generation: number,
): readonly PipelineHealthRow[] {
  const at = toIso(meta.clock)
  const version = rowVersion(generation, meta.nextOffset, meta.nextIndex)
  return Object.entries<number>({ ...meta.counters }).map(([name, value]) => ({
    component: 'profiles',
    partition,
    name,
    value,
    at,
    version,
  }))
}
