import type { ConfigOf } from '../config/service-config.ts'
import { flag, oneOf, optionalUrl, text, type Variable } from '../config/variable.ts'

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

const ratioVariable: Variable<number> = {
  ...text('OTEL_TRACES_SAMPLER_ARG', 'Share of traces that a ratio sampler keeps, 0 to 1', {
    fallback: '1',
  }),
  parse(value) {
    const ratio = Number(value)
    if (value.trim() === '' || !(ratio >= 0 && ratio <= 1)) throw new Error('is not from 0 to 1')
    return ratio
  },
}

/** OpenTelemetry's own variables, by its own names. */
export const tracingVariables = {
  otelEndpoint: optionalUrl(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'Receiver of traces, OTLP over HTTP, e.g. http://host:4318; empty: no tracing. The other OTEL_EXPORTER_OTLP_* hold too',
  ),
  otelTracesEndpoint: optionalUrl(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'The same with its whole path, e.g. http://host:4318/v1/traces',
  ),
  otelDisabled: flag('OTEL_SDK_DISABLED', 'No tracing, whatever else is set', {
    fallback: 'false',
  }),
  otelSampler: oneOf('OTEL_TRACES_SAMPLER', 'Which traces are kept', samplers, {
    fallback: 'parentbased_always_on',
  }),
  otelSamplerRatio: ratioVariable,
}

export type TracingConfig = ConfigOf<typeof tracingVariables>
