import type { TableName } from './rows.ts'

/** What makes two rows of a table the same row; of those, the one with the highest `version` stands. */
export const tableKeys = {
  events: ['fragment_id', 'partition', 'version'],
  profile_identifiers: ['fragment_id'],
  profile_identifier_history: ['fragment_id', 'version'],
  profiles: ['profile_id'],
  profile_history: ['profile_id', 'version'],
  segment_memberships: ['profile_id', 'segment'],
  segment_transitions: ['profile_id', 'segment', 'version', 'seq'],
  consent_history: ['fragment_id', 'purpose', 'version'],
  identity_decisions: ['decision_id'],
  identity_links: ['offset'],
  dead_letters: ['topic', 'partition', 'offset', 'index'],
  dead_letter_replays: ['topic', 'partition', 'offset', 'received_at', 'attempt'],
  pipeline_health: ['component', 'partition', 'name', 'topic', 'key', 'minute'],
} as const satisfies Record<TableName, readonly string[]>

/** What each generation of profile.log writes for itself; the other tables are the installation's. */
export const generationTables = [
  'events',
  'profile_identifiers',
  'profile_identifier_history',
  'profiles',
  'profile_history',
  'segment_memberships',
  'segment_transitions',
  'consent_history',
  'identity_decisions',
  'identity_links',
] as const satisfies readonly TableName[]

export const tableNames = [
  ...generationTables,
  'dead_letters',
  'dead_letter_replays',
  'pipeline_health',
] as const satisfies readonly TableName[]

/** Tables whose `deleted` rows are hidden by FINAL. */
export const tablesWithDeletedRows: ReadonlySet<TableName> = new Set([
  'profiles',
  'profile_identifiers',
  'identity_links',
])
