import type { ClickHouse } from '#runtime/clickhouse/index.ts'

/** End of the last window that was run, milliseconds. A window to come was run by a clock that was wrong. */
export async function readLastRun(
  clickhouse: Pick<ClickHouse, 'query'>,
  now: number,
): Promise<number | null> {
  const [row] = await clickhouse.query<{ at: string | null }>(
    'SELECT toUnixTimestamp64Milli(maxOrNull(as_of)) AS at FROM drift_metrics WHERE as_of <= {now:DateTime64(3)}',
    { now: new Date(now) },
  )
  return row?.at === null || row === undefined ? null : Number(row.at)
}

export interface OpenAlerts {
  readonly kind: string
  readonly severity: string
  /** Whether somebody is told. */
  readonly told: boolean
  readonly n: number
}

/** Of whom somebody is told: what nothing upstream explains, and nobody mutes at this time, whenever that was said. */
const toldSql = `inhibited = 0 AND concat(kind, ':', name) NOT IN
  (SELECT subject FROM drift_mutes FINAL WHERE at <= {now:DateTime64(3)} AND until > {now:DateTime64(3)})`

export async function readOpenAlerts(
  clickhouse: Pick<ClickHouse, 'query'>,
  now: number,
): Promise<readonly OpenAlerts[]> {
  const rows = await clickhouse.query<{ kind: string; severity: string; told: number; n: string }>(
    `SELECT kind, severity, ${toldSql} AS told, count() AS n FROM drift_alerts FINAL
     WHERE closed_at IS NULL GROUP BY kind, severity, told ORDER BY kind, severity, told`,
    { now: new Date(now) },
  )
  return rows.map(({ kind, n, severity, told }) => ({
    kind,
    severity,
    told: told === 1,
    n: Number(n),
  }))
}

/** An open alert that somebody is told of. */
export interface ToldAlert {
  readonly kind: string
  readonly name: string
  readonly severity: string
  readonly owner: string
  /** Milliseconds. */
  readonly since: number
}

/** The most severe first, then the newest. */
export async function readToldAlerts(
  clickhouse: Pick<ClickHouse, 'query'>,
  now: number,
  max: number,
): Promise<readonly ToldAlert[]> {
  const rows = await clickhouse.query<Omit<ToldAlert, 'since'> & { readonly since_ms: string }>(
    `SELECT kind, name, severity, owner, toUnixTimestamp64Milli(since) AS since_ms FROM drift_alerts FINAL
     WHERE closed_at IS NULL AND ${toldSql}
     ORDER BY indexOf(['critical', 'warn', 'info'], severity), opened_at DESC, kind, name LIMIT ${max}`,
    { now: new Date(now) },
  )
  return rows.map(({ since_ms: since, ...row }) => ({ ...row, since: Number(since) }))
}
