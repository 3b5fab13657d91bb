export { type CheckResult, createHealth, type Health, type HealthReport } from './health.ts'
export { startTelemetryServer, type TelemetryServer } from './http.ts'
export { showHealth } from './show-health.ts'
export { createLogger, type Logger, type LogLevel, silentLogger } from './logger.ts'
export {
  type CounterMetric,
  createMetrics,
  type GaugeMetric,
  type HistogramMetric,
  type Metrics,
  type MetricsRegistry,
  secondsBuckets,
} from './metrics.ts'
