import { clickhouseVariables } from '../config/shared.ts'
import type { ConfigOf } from '../config/service-config.ts'
import { integer, optionalUrl } from '../config/variable.ts'
import { tracingVariables } from '../tracing/index.ts'

/** What a process says of itself, and where to. */
export const seeingVariables = {
  healthIntervalMs: integer(
    'TRIBUTARY_HEALTH_INTERVAL_MS',
    'Time between two reports to pipeline_health, idle or not; counters of folds come four times as often while they change; a stage without a report for a minute counts as silent',
    { fallback: '10000', min: 250, max: 20_000 },
  ),
  ...tracingVariables,
}

/** The same for a service that needs ClickHouse for nothing else. */
export const seeingAloneVariables = {
  ...clickhouseVariables,
  clickhouseUrl: optionalUrl(
    'CLICKHOUSE_URL',
    'HTTP interface of ClickHouse, for pipeline_health alone; empty: lag is shown in metrics only',
  ),
  ...seeingVariables,
}

export type SeeingConfig = ConfigOf<typeof seeingAloneVariables>
