import type { RowBatch } from '#runtime/clickhouse/ports.ts'
import type { Flush } from '../../core/fold/flush.ts'

/** The rows of a flush by table. */
export const flushRows = ({ rows }: Flush): RowBatch => ({
  events: rows.events,
  profile_identifiers: rows.profile_identifiers,
  profile_identifier_history: rows.profile_identifiers,
  profiles: rows.profiles,
  profile_history: rows.profiles,
  segment_memberships: rows.segment_memberships,
  segment_transitions: rows.segment_transitions,
  consent_history: rows.consent_history,
})
