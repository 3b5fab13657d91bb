import {
  type Context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { isTributaryError } from '../errors/index.ts'
import type { TracingConfig } from './config.ts'
import { isTraceparent, type Span, type SpanOptions, type Tracing } from './port.ts'

/**
 * Ended spans that wait for a slow receiver, some 2 MB. Beyond it they are dropped, and the SDK says how many: a trace is a sample, and nothing may
 * wait for it.
 */
export const spansQueuedMax = 2048

export const spanProcessorOf = (exporter: SpanExporter): SpanProcessor =>
  new BatchSpanProcessor({ exporter, maxQueueSize: spansQueuedMax })

/** How long the spans of the last seconds may take to leave when the process ends. */
const flushWithinMs = 2000

const kinds = {
  consumer: SpanKind.CONSUMER,
  producer: SpanKind.PRODUCER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
} as const

/**
 * OpenTelemetry's SDK: spans in batches to an OTLP receiver, as JSON over HTTP. The exporter reads the rest of OTEL_EXPORTER_OTLP_* (headers,
 * timeout, compression, certificates) by itself. Contexts are passed on by hand: nothing hooks into the process.
 */
export function createOtelTracing(service: string, config: TracingConfig): Tracing {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': `tributary-${service}` }).merge(
      // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES.
      detectResources({ detectors: [envDetector] }),
    ),
    sampler: samplerOf(config),
    spanProcessors: [spanProcessorOf(new OTLPTraceExporter())],
  })
  const tracer = provider.getTracer('tributary')
  return {
    start(name, options) {
      const { startedAt } = options
      const span = tracer.startSpan(
        name,
        {
          kind: kinds[options.kind],
          attributes: { ...options.attributes },
          links: (options.links ?? []).map((link) => ({ context: contextOf(link) })),
          ...(startedAt === undefined ? {} : { startTime: startedAt }),
        },
        parentOf(options),
      )
      return wrap(span)
    },
    async close() {
      // A receiver that is away must not hold up the end of the process.
      const late = new Promise<void>((resolve) => {
        setTimeout(resolve, flushWithinMs).unref()
      })
      await Promise.race([provider.shutdown().catch(() => undefined), late])
    },
  }
}

const parentOf = ({ parent }: SpanOptions): Context =>
  parent === undefined || parent === null
    ? ROOT_CONTEXT
    : trace.setSpanContext(ROOT_CONTEXT, contextOf(parent))

function contextOf(traceparent: string): SpanContext {
  if (!isTraceparent(traceparent)) return INVALID_SPAN_CONTEXT
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-')
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
}

function wrap(span: OtelSpan): Span {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    set: (attributes) => void span.setAttributes({ ...attributes }),
    failed(error) {
      const code = isTributaryError(error) ? error.code : 'TRB_INTERNAL'
      span.setAttribute('error.type', code)
      span.setStatus({ code: SpanStatusCode.ERROR, message: code })
    },
    end: (at) => span.end(at),
  }
}

function samplerOf({ otelSampler, otelSamplerRatio }: TracingConfig): Sampler {
  const ratio = (): Sampler => new TraceIdRatioBasedSampler(otelSamplerRatio)
  switch (otelSampler) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'traceidratio':
      return ratio()
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() })
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() })
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: ratio() })
    default:
      return otelSampler satisfies never
  }
}
