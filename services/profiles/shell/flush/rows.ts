import type { PipelineHealthRow } from '#schemas/clickhouse/rows.ts'
import type { RowBatch } from '#runtime/clickhouse/ports.ts'
import { rowVersion } from '#runtime/log/version.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { Flush } from '../../core/fold/flush.ts'
import type { PartitionMeta } from '../../core/state.ts'

export interface FlushRowsOptions {
  readonly generation: number
  /** Writes the partition's counters too. They are absolute, so it matters only that the last ones get written. */
  readonly withCounters: boolean
}

/** The rows of a flush by table. */
export function flushRows(
  flush: Flush,
  meta: PartitionMeta,
  partition: number,
  { generation, withCounters }: FlushRowsOptions,
): RowBatch {
  const { rows } = flush
  return {
    events: rows.events,
    profile_identifiers: rows.profile_identifiers,
    profile_identifier_history: rows.profile_identifiers,
    profiles: rows.profiles,
    profile_history: rows.profiles,
    segment_memberships: rows.segment_memberships,
    segment_transitions: rows.segment_transitions,
    consent_history: rows.consent_history,
    pipeline_health: withCounters
      ? counterRows(meta, partition, rowVersion(generation, flush.lastOffset, flush.lastIndex))
      : [],
  }
}

function counterRows(
  meta: PartitionMeta,
  partition: number,
  version: string,
): readonly PipelineHealthRow[] {
  const at = toIso(meta.clock)
  const counters: Readonly<Record<string, number>> = { ...meta.counters }
  return Object.entries(counters).map(([name, value]) => ({
    component: 'profiles',
    partition,
    name,
    value,
    at,
    version,
  }))
}
