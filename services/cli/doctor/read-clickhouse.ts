import { type ClickHouse, quoteName } from '#runtime/clickhouse/index.ts'
import { appliedMigrations } from '#runtime/clickhouse/migrate.ts'
import { readMigrations } from '#runtime/clickhouse/migration-files.ts'
import { openClickHouse } from '../shell/connections.ts'
import type { Terminal } from '../shell/terminal.ts'
import { type ClickHouseFacts, privileges, type ReportedStage } from './facts.ts'
import { readFact, unread } from './read-fact.ts'

type Fields = keyof ClickHouseFacts

/** Looks at ClickHouse by queries that change nothing. When it does not answer at all, that is said of everything at once. */
export async function readClickHouse(
  terminal: Terminal,
  timeoutMs: number,
): Promise<ClickHouseFacts> {
  let clickhouse: ClickHouse
  try {
    clickhouse = openClickHouse(terminal, { requestTimeoutMs: timeoutMs })
  } catch (error) {
    return everywhere(unread(error))
  }
  try {
    const server = await readFact('ClickHouse', timeoutMs, async () =>
      readServer(clickhouse, terminal),
    )
    if (!server.read) return everywhere(server)
    const [missingPrivileges, migrations, columns, disks, reported, lastHour] = await Promise.all([
      readFact('privileges', timeoutMs, async () => readMissingPrivileges(clickhouse)),
      readFact('migrations', timeoutMs, async () => ({
        files: readMigrations(),
        applied: await appliedMigrations(clickhouse),
      })),
      readFact('columns of profiles', timeoutMs, async () => readColumns(clickhouse)),
      readFact('disks of ClickHouse', timeoutMs, async () => readDisks(clickhouse)),
      readFact('pipeline_stages_now', timeoutMs, async () => readReported(clickhouse)),
      readFact('dead letters', timeoutMs, async () => readLastHour(clickhouse)),
    ])
    return { server, missingPrivileges, migrations, columns, disks, reported, lastHour }
  } finally {
    await clickhouse.close()
  }
}

const everywhere = (fact: ReturnType<typeof unread>): ClickHouseFacts =>
  ({
    server: fact,
    missingPrivileges: fact,
    migrations: fact,
    columns: fact,
    disks: fact,
    reported: fact,
    lastHour: fact,
  }) satisfies Record<Fields, typeof fact>

type Value<F extends Fields> = Extract<ClickHouseFacts[F], { read: true }>['value']
const withoutDatabase = { withoutDatabase: true } as const

async function readServer(
  clickhouse: ClickHouse,
  { now }: Pick<Terminal, 'now'>,
): Promise<Value<'server'>> {
  const beforeMs = now().getTime()
  const [row] = await clickhouse.query<{
    version: string
    ms: string
    read_only: number
    there: string
  }>(
    `SELECT version() AS version, toUnixTimestamp64Milli(now64(3)) AS ms, getSetting('readonly') > 0 AS read_only,
       (SELECT count() FROM system.databases WHERE name = {database:String}) AS there`,
    { database: clickhouse.database },
    withoutDatabase,
  )
  const clock = {
    whose: 'ClickHouse',
    theirsMs: Number(row?.ms),
    beforeMs,
    afterMs: now().getTime(),
    resolutionMs: 1,
  }
  return {
    version: row?.version ?? '',
    databaseExists: row?.there !== '0',
    readOnly: row?.read_only === 1,
    clock,
  }
}

async function readMissingPrivileges(clickhouse: ClickHouse): Promise<readonly string[]> {
  const missing: string[] = []
  for (const privilege of privileges) {
    const answer = await clickhouse.text(
      `CHECK GRANT ${privilege} ON ${quoteName(clickhouse.database)}.*`,
    )
    if (answer.trim() !== '1') missing.push(privilege)
  }
  return missing
}

async function readColumns(clickhouse: ClickHouse): Promise<ReadonlySet<string>> {
  const rows = await clickhouse.query<{ name: string }>(
    `SELECT name FROM system.columns WHERE database = {database:String} AND table = 'profiles'`,
    { database: clickhouse.database },
    withoutDatabase,
  )
  return new Set(rows.map(({ name }) => name))
}

/** Those of object storage have no size. */
async function readDisks(clickhouse: ClickHouse): Promise<Value<'disks'>> {
  const rows = await clickhouse.query<{ name: string; free: string; total: string }>(
    `SELECT name, free_space AS free, total_space AS total FROM system.disks WHERE type = 'Local'`,
    {},
    withoutDatabase,
  )
  return rows.map(({ name, free, total }) => ({
    name: `ClickHouse’s disk ${name}`,
    freeBytes: Number(free),
    totalBytes: Number(total),
  }))
}

/** The same view that docs/queries.md shows, by stage and topic. */
async function readReported(clickhouse: ClickHouse): Promise<Value<'reported'>> {
  return clickhouse.query<ReportedStage>(
    `SELECT s.stage AS stage, s.topic AS topic, argMax(s.status, s.delay_seconds) AS status, max(s.delay_seconds) AS delay_seconds,
       sum(s.lag_records) AS lag_records, sum(s.lag_events) AS lag_events, min(s.oldest_waiting_at) AS oldest_waiting_at,
       argMaxIf(concat(s.topic, '/', toString(s.partition), '/', toString(s.oldest_waiting_offset)), s.delay_seconds, s.oldest_waiting_offset IS NOT NULL) AS oldest_waiting,
       argMax(s.slow_step, s.slow_step_seconds) AS slow_step,
       dateDiff('millisecond', min(s.reported_at), now64(3)) / 1000 AS reported_seconds_ago
     FROM pipeline_stages_now AS s GROUP BY stage, topic ORDER BY delay_seconds DESC, stage, topic`,
  )
}

/** A redelivery may count an event twice for a while: a share does not mind. */
async function readLastHour(clickhouse: ClickHouse): Promise<Value<'lastHour'>> {
  const [events] = await clickhouse.query<{ n: string }>(
    'SELECT count() AS n FROM events WHERE received_at >= now64(3) - INTERVAL 1 HOUR',
  )
  const letters = await clickhouse.query<{ reason: string; n: string }>(
    `SELECT reason, count() AS n FROM dead_letters_now
     WHERE failed_at >= now64(3) - INTERVAL 1 HOUR GROUP BY reason ORDER BY n DESC, reason`,
  )
  return {
    events: Number(events?.n ?? 0),
    letters: letters.map(({ reason, n }) => ({ reason, n: Number(n) })),
  }
}
