import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'
import { defaultLimits } from '#runtime/channel/core/limits.ts'
import { parseEventPath } from '#runtime/definition/cel/path.ts'
import type { SegmentDefinition } from '#runtime/definition/schema.ts'
import { durationMs } from '#runtime/definition/schema-parts.ts'
import { measuredMax, secondsMax } from './bounded.ts'
import type { Mean, MetricFacts } from './facts.ts'
import type { Span } from './read-facts.ts'

interface MetricRow {
  readonly n: string
  readonly after: number | null
  readonly after_error: number | null
  readonly before: number | null
  readonly before_error: number | null
  readonly change: number | null
  readonly change_error: number | null
}

const mean = (of: number | null | undefined, error: number | null | undefined): Mean => ({
  mean: of ?? 0,
  error: error ?? 0,
})

/**
 * The success metric of a segment: of each entry in the span whose window is over, its value in the window that begins with the entry and in the
 * one that ends with it; and the same of people who were not members at any time since, over windows at moments drawn from those of the entries. Events
 * of machines don't count. Null: nobody entered long enough ago.
 */
export async function readMetric(
  clickhouse: Pick<ClickHouse, 'query'>,
  { name, success_metric: metric }: Pick<SegmentDefinition, 'name' | 'success_metric'>,
  { since, until }: Span,
): Promise<MetricFacts | null> {
  const windowMs = durationMs(metric.window)
  const { root, names } = parseEventPath(metric.value ?? 'properties.none')
  const params = {
    segment: name,
    type: metric.event,
    since,
    settled: new Date(until.getTime() - windowMs),
    earliest: new Date(since.getTime() - windowMs),
    until,
    received: new Date(since.getTime() - windowMs - defaultLimits.futureToleranceMs),
    window_ms: windowMs,
    most: measuredMax,
    path: [...names],
  }
  const value = valueOf(metric.aggregation, root, names.length)
  const each = metric.aggregation === 'rate' ? 'sign' : 'toFloat64'
  const [entries] = await clickhouse.query<{ n: string }>(
    `SELECT count() AS n FROM (${entered}) ${limits}`,
    params,
  )
  if (Number(entries?.n ?? 0) === 0) return null
  const [members] = await clickhouse.query<MetricRow>(
    measured(
      `SELECT * FROM (${entered}) ORDER BY cityHash64(profile_id, at) LIMIT {most:UInt32}`,
      value,
      each,
    ),
    params,
  )
  const [others] = await clickhouse.query<MetricRow>(measured(elsewhere, value, each), params)
  return {
    entries: Number(entries?.n ?? 0),
    after: mean(members?.after, members?.after_error),
    before: mean(members?.before, members?.before_error),
    change: mean(members?.change, members?.change_error),
    others: Number(others?.n ?? 0),
    elsewhere: mean(others?.after, others?.after_error),
  }
}

const limits = `SETTINGS max_execution_time = ${secondsMax}, ${withinPartitions}`

// By something that they did, or did not do any more: whom a deploy or an import brought in entered at no moment of their own. Rows of one key are
// copies of one entry: FINAL would read the whole table for those of a segment.
const entered = `SELECT a.profile_id AS profile_id, c.at AS at
  FROM (
    SELECT DISTINCT profile_id, version, seq, at FROM segment_transitions
    WHERE segment = {segment:String} AND to = 'entered' AND cause IN ('event', 'timer')
      AND at >= {since:DateTime64(3)} AND at < {settled:DateTime64(3)}
  ) AS c JOIN profile_aliases AS a ON a.alias_id = c.profile_id`

/** People who were there at their moment. */
const elsewhere = `WITH (SELECT groupArray({most:UInt32})(at) FROM (SELECT at FROM (${entered}) ORDER BY cityHash64(profile_id, at))) AS moments
  SELECT profile_id, moments[1 + cityHash64(profile_id) % length(moments)] AS at FROM profiles FINAL
  WHERE first_seen < at AND profile_id NOT IN (
    SELECT profile_id FROM segment_memberships FINAL
    WHERE segment = {segment:String} AND (member = 1 OR exited_at >= {since:DateTime64(3)})
  ) ORDER BY cityHash64(profile_id) LIMIT {most:UInt32}`

function valueOf(
  aggregation: SegmentDefinition['success_metric']['aggregation'],
  root: string,
  depth: number,
): string {
  switch (aggregation) {
    case 'count':
    case 'rate':
      return '1'
    case 'sum': {
      const column = root === 'traits' ? 'traits' : 'properties'
      const path = Array.from({ length: depth }, (_, index) => `{path:Array(String)}[${index + 1}]`)
      return `JSONExtractFloat(${column}, ${path.join(', ')})`
    }
    default:
      return aggregation satisfies never
  }
}

/** Means over people and moments, with their standard errors. */
const measured = (points: string, value: string, each: string): string => `WITH
  points AS (${points}),
  own AS (
    SELECT i.profile_id AS profile_id, e.occurred_at AS occurred_at, ${value} AS value
    FROM (
      SELECT fragment_id, occurred_at, properties, traits FROM events FINAL
      WHERE type = {type:String} AND machine = ''
        AND occurred_at >= {earliest:DateTime64(3)} AND occurred_at < {until:DateTime64(3)} AND received_at >= {received:DateTime64(3)}
    ) AS e
    JOIN (
      SELECT fragment_id, profile_id FROM profile_identifiers FINAL
      WHERE profile_id IN (SELECT profile_id FROM points)
    ) AS i ON i.fragment_id = e.fragment_id
  ),
  each AS (
    SELECT p.profile_id, p.at,
      sumIf(o.value, o.occurred_at >= p.at AND o.occurred_at < p.at + toIntervalMillisecond({window_ms:Int64})) AS after_sum,
      sumIf(o.value, o.occurred_at < p.at AND o.occurred_at >= p.at - toIntervalMillisecond({window_ms:Int64})) AS before_sum
    FROM points AS p LEFT JOIN own AS o ON o.profile_id = p.profile_id
    GROUP BY p.profile_id, p.at
  )
  SELECT count() AS n, avg(a) AS after, stddevSampStable(a) / sqrt(n) AS after_error,
    avg(b) AS before, stddevSampStable(b) / sqrt(n) AS before_error,
    avg(a - b) AS change, stddevSampStable(a - b) / sqrt(n) AS change_error
  FROM (SELECT toFloat64(${each}(after_sum)) AS a, toFloat64(${each}(before_sum)) AS b FROM each) ${limits}`
