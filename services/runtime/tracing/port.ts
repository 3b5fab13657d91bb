/** Values that a span may carry: counts, names of topics and steps, places in a log. Never personal data, nor a pseudonym. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

export interface SpanOptions {
  /** consumer: a batch was taken from Kafka; producer: records are sent; client: another system is asked. */
  readonly kind: 'consumer' | 'producer' | 'client' | 'internal'
  readonly attributes?: SpanAttributes
  /** The span that this one is a part of, as `traceparent`; null: it begins a trace. */
  readonly parent?: string | null
  /** `traceparent`s of what this work was made from. */
  readonly links?: readonly string[]
  /** Milliseconds since 1970, with a fraction; default: now. */
  readonly startedAt?: number
}

export interface Span {
  /** As W3C Trace Context writes it: what records and children carry. */
  readonly traceparent: string
  set(attributes: SpanAttributes): void
  /** What ended this work. Only its code goes into the span: a message may quote anything. */
  failed(error: unknown): void
  /** `at`: milliseconds since 1970; default: now. */
  end(at?: number): void
}

/** Where spans go. Where tracing is off there is none: `null`, and no code of OpenTelemetry is loaded. */
export interface Tracing {
  start(name: string, options: SpanOptions): Span
  /** Sends what is left. */
  close(): Promise<void>
}

/** Header of records, and of HTTP, that says which span made them. */
export const traceparentHeader = 'traceparent'

const form = /^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** Whoever sends raw records may write any header. */
export const isTraceparent = (text: string): boolean => text.length === 55 && form.test(text)
