import type { PipelineDefinition } from '../definition/schema.ts'
import { durationMs } from '../definition/schema-parts.ts'
import type { ClickHouse } from './client.ts'
import { fillIn, type MigrationTarget } from './migration-files.ts'

export type Retention = Omit<PipelineDefinition['retention'], 'rebuild_loses'>

/** The time that a row's age counts from: one that never changes in a row. */
const ageColumns = {
  events: 'received_at',
  profile_history: 'updated_at',
  profile_identifier_history: 'assigned_at',
  segment_transitions: 'at',
  consent_history: 'received_at',
  identity_decisions: 'at',
  audit_log: 'at',
  dead_letters: 'received_at',
  // What was sent again goes with the letters.
  dead_letter_replays: 'received_at',
} as const satisfies Record<
  keyof Retention | 'dead_letter_replays' | 'profile_identifier_history',
  string
>

type AgeingTable = keyof typeof ageColumns

const tables = [
  'events',
  'profile_history',
  'profile_identifier_history',
  'segment_transitions',
  'consent_history',
  'identity_decisions',
  'audit_log',
  'dead_letters',
  'dead_letter_replays',
] as const satisfies readonly AgeingTable[]

const settingOf = (table: AgeingTable): keyof Retention => {
  switch (table) {
    case 'dead_letter_replays':
      return 'dead_letters'
    // Values of a time are of no use without whose they were then, and the other way about.
    case 'profile_identifier_history':
      return 'profile_history'
    default:
      return table
  }
}

/** Sets how long the tables keep rows, where it differs; a table that the file does not name keeps them for ever. */
export async function migrateRetention(
  clickhouse: ClickHouse,
  retention: Retention,
  target: MigrationTarget,
): Promise<void> {
  const current = await currentTtls(clickhouse)
  for (const table of tables) {
    const wanted = ttlOf(table, retention[settingOf(table)])
    const have = current.get(table) ?? null
    if (wanted === have) continue
    const change = wanted === null ? 'REMOVE TTL' : `MODIFY TTL ${wanted}`
    await clickhouse.command(fillIn(`ALTER TABLE {database}.${table} {cluster} ${change}`, target))
  }
}

function ttlOf(table: AgeingTable, keep: string | undefined): string | null {
  if (keep === undefined) return null
  return `toDateTime(${ageColumns[table]}) + toIntervalSecond(${durationMs(keep) / 1000})`
}

async function currentTtls(clickhouse: ClickHouse): Promise<ReadonlyMap<string, string>> {
  const rows = await clickhouse.query<{ name: string; ttl: string }>(
    `SELECT name, extract(engine_full, ' TTL (.*?) (?:SETTINGS|$)') AS ttl FROM system.tables
     WHERE database = {database:String} AND name IN {tables:Array(String)} AND ttl != ''`,
    { database: clickhouse.database, tables },
  )
  return new Map(rows.map(({ name, ttl }) => [name, ttl]))
}
