/* oxlint-disable typescript/no-unsafe-type-assertion -- a name has one kind of metric */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Labels<Name extends string> = Readonly<Record<Name, string | number>>

export interface CounterMetric<Name extends string> {
  add(labels: Labels<Name>, amount?: number): void
}
export interface GaugeMetric<Name extends string> {
  set(labels: Labels<Name>, value: number): void
  /** Forgets one series, e.g. of a partition that was lost. */
  remove(labels: Labels<Name>): void
}
export interface HistogramMetric<Name extends string> {
  observe(labels: Labels<Name>, value: number): void
}

export interface MetricSpec<Name extends string> {
  /** Snake case with unit, without the `tributary_` in front. */
  readonly name: string
  readonly help: string
  /** Closed sets only: topics, partitions, stages, reasons. Never an id, a type that a company invents, or personal data. */
  readonly labels: readonly Name[]
}

/** What code may measure. Asking twice for one name gives the same metric. */
export interface Metrics {
  counter<Name extends string>(spec: MetricSpec<Name>): CounterMetric<Name>
  gauge<Name extends string>(spec: MetricSpec<Name>): GaugeMetric<Name>
  histogram<Name extends string>(
    spec: MetricSpec<Name> & { readonly buckets: readonly number[] },
  ): HistogramMetric<Name>
}

export interface MetricsRegistry extends Metrics {
  /** Called before each read, for what is only worth measuring then. A second one of the same name takes the place of the first. */
  onRead(name: string, refresh: () => void): void
  /** Prometheus' text format. */
  text(): Promise<string>
  readonly contentType: string
}

/** Series of one metric; beyond it the label values are lumped together, so that a mistake cannot fill a Prometheus. */
export const seriesPerMetricMax = 2000
const overflow = 'other'
/** Seconds; from a fast flush to a stuck one. */
export const secondsBuckets: readonly number[] = [
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]

/** A registry for one process; `service` is a label of everything. */
export function createMetrics(
  service: string,
  options: { readonly process?: boolean } = {},
): MetricsRegistry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  if (options.process ?? false) collectDefaultMetrics({ register: registry })
  const made = new Map<string, unknown>()
  const refreshers = new Map<string, () => void>()

  const once = <M>(name: string, make: (fullName: string) => M): M => {
    const fullName = `tributary_${name}`
    const known = made.get(fullName)
    // One name has one kind: another one is a mistake that prom-client itself reports.
    if (known !== undefined) return known as M
    const metric = make(fullName)
    made.set(fullName, metric)
    return metric
  }

  return {
    counter: <Name extends string>({ name, help, labels }: MetricSpec<Name>) =>
      once<CounterMetric<Name>>(name, (fullName) => {
        const counter = new Counter({
          name: fullName,
          help,
          labelNames: [...labels],
          registers: [registry],
        })
        const bounded = boundLabels(labels)
        return { add: (values, amount = 1) => counter.inc(bounded.of(values), amount) }
      }),
    gauge: <Name extends string>({ name, help, labels }: MetricSpec<Name>) =>
      once<GaugeMetric<Name>>(name, (fullName) => {
        const gauge = new Gauge({
          name: fullName,
          help,
          labelNames: [...labels],
          registers: [registry],
        })
        const bounded = boundLabels(labels)
        return {
          set: (values, value) => gauge.set(bounded.of(values), value),
          remove(values) {
            bounded.forget(values)
            gauge.remove(values)
          },
        }
      }),
    histogram: <Name extends string>({
      name,
      help,
      labels,
      buckets,
    }: MetricSpec<Name> & { readonly buckets: readonly number[] }) =>
      once<HistogramMetric<Name>>(name, (fullName) => {
        const histogram = new Histogram({
          name: fullName,
          help,
          labelNames: [...labels],
          buckets: [...buckets],
          registers: [registry],
        })
        const bounded = boundLabels(labels)
        return { observe: (values, value) => histogram.observe(bounded.of(values), value) }
      }),
    onRead: (name, refresh) => void refreshers.set(name, refresh),
    async text() {
      for (const refresh of refreshers.values()) refresh()
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}

function boundLabels<Name extends string>(
  names: readonly Name[],
): {
  of(labels: Labels<Name>): Record<Name, string | number>
  /** A series that is gone leaves its place to another one. */
  forget(labels: Labels<Name>): void
} {
  const seen = new Set<string>()
  const other = Object.fromEntries(names.map((name) => [name, overflow])) as Record<Name, string>
  const keyOf = (labels: Labels<Name>): string => names.map((name) => labels[name]).join('\0')
  return {
    of(labels) {
      const series = keyOf(labels)
      if (seen.has(series)) return labels
      if (seen.size >= seriesPerMetricMax) return other
      seen.add(series)
      return labels
    },
    forget: (labels) => void seen.delete(keyOf(labels)),
  }
}
