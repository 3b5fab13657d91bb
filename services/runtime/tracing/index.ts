import type { TracingConfig } from './config.ts'
import type { Tracing } from './port.ts'

export { carrying, traceparentsOf } from './carry.ts'
export { type TracingConfig, tracingVariables } from './config.ts'
export type { Span, SpanAttributes, SpanOptions, Tracing } from './port.ts'

/** Tracing as configured; null where it is off, and then nothing of OpenTelemetry is loaded. */
export async function openTracing(service: string, config: TracingConfig): Promise<Tracing | null> {
  const { otelDisabled, otelEndpoint, otelTracesEndpoint } = config
  if (otelDisabled || (otelEndpoint === null && otelTracesEndpoint === null)) return null
  const { createOtelTracing } = await import('./otel.ts')
  return createOtelTracing(service, config)
}
