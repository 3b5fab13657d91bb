import type { ClickHouse } from '#runtime/clickhouse/index.ts'

/** What a run came to: what the folds have counted, which is part of their state and so exact, and what ClickHouse holds. */
export interface StoredFigures {
  readonly applied: number
  readonly duplicates: number
  readonly unattributed: number
  readonly deadLettered: Readonly<Record<string, number>>
  readonly profiles: number
  readonly merges: number
  readonly segments: Readonly<Record<string, number>>
}

export async function readFigures(
  clickhouse: ClickHouse,
  /** Of the one process of the profiles service. */
  profilesUrl: string,
): Promise<StoredFigures> {
  const [counters, dead, [profiles], [merges], segments] = await Promise.all([
    readMetricBy(profilesUrl, 'tributary_profiles_count', 'what'),
    pairs(
      clickhouse,
      'SELECT reason AS name, count() AS n FROM dead_letters FINAL GROUP BY reason ORDER BY reason',
    ),
    clickhouse.query<{ readonly n: string }>('SELECT count() AS n FROM profiles FINAL'),
    clickhouse.query<{ readonly n: string }>(
      "SELECT count() AS n FROM identity_decisions FINAL WHERE outcome = 'merge'",
    ),
    pairs(
      clickhouse,
      'SELECT segment AS name, countIf(member = 1) AS n FROM segment_memberships FINAL GROUP BY segment ORDER BY segment',
    ),
  ])
  return {
    applied: counters['applied'] ?? 0,
    duplicates: counters['duplicates'] ?? 0,
    unattributed: counters['unattributed'] ?? 0,
    deadLettered: dead,
    profiles: Number(profiles?.n ?? 0),
    merges: Number(merges?.n ?? 0),
    segments,
  }
}

async function pairs(clickhouse: ClickHouse, select: string): Promise<Record<string, number>> {
  const rows = await clickhouse.query<{ readonly name: string; readonly n: string }>(select)
  return Object.fromEntries(rows.map(({ name, n }) => [name, Number(n)]))
}

/** One of a service's Prometheus metrics, summed by the value of one label. */
export async function readMetricBy(
  url: string,
  metric: string,
  label: string,
): Promise<Record<string, number>> {
  const page = await (await fetch(`${url}/metrics`)).text()
  const sums: Record<string, number> = {}
  for (const line of page.split('\n')) {
    const match = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)$/.exec(line)
    if (match?.groups?.['name'] !== metric) continue
    const of = new RegExp(`${label}="([^"]*)"`).exec(match.groups['labels'] ?? '')?.[1] ?? ''
    sums[of] = (sums[of] ?? 0) + Number(match.groups['value'])
  }
  return sums
}
