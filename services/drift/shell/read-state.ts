import type { ClickHouse } from '#runtime/clickhouse/index.ts'

/** End of the last window that was run, milliseconds. */
export async function readLastRun(clickhouse: Pick<ClickHouse, 'query'>): Promise<number | null> {
  const [row] = await clickhouse.query<{ at: string | null }>(
    'SELECT toUnixTimestamp64Milli(maxOrNull(as_of)) AS at FROM drift_metrics',
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

export async function readOpenAlerts(
  clickhouse: Pick<ClickHouse, 'query'>,
): Promise<readonly OpenAlerts[]> {
  const rows = await clickhouse.query<{ kind: string; severity: string; told: number; n: string }>(
    `SELECT kind, severity, inhibited = 0 AND muted = '' AS told, count() AS n FROM drift_alerts FINAL
     WHERE closed_at IS NULL GROUP BY kind, severity, told ORDER BY kind, severity, told`,
  )
  return rows.map(({ kind, n, severity, told }) => ({
    kind,
    severity,
    told: told === 1,
    n: Number(n),
  }))
}
