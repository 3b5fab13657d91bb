import { createChannelMetrics } from '#runtime/channel/shell/channel-metrics.ts'
import { createStateReports } from '#runtime/checkpoint/reports.ts'
import { watchKafka } from '#runtime/kafka/watch.ts'
import { manualClock } from '#runtime/lifecycle/clock.ts'
import { createHotBook } from '#runtime/stages/hot-book.ts'
import { startReporter } from '#runtime/stages/reporter.ts'
import { createStageBook } from '#runtime/stages/stage-book.ts'
import { showStages } from '#runtime/stages/stage-metrics.ts'
import { stepFiguresOf } from '#runtime/stages/steps.ts'
import { showStateDisk } from '#runtime/state/index.ts'
import {
  createHealth,
  createMetrics,
  type MetricsRegistry,
  showHealth,
  silentLogger,
} from '#runtime/telemetry/index.ts'
import { createDriftMetrics } from '../../../services/drift/shell/metrics.ts'
import { createLinkerMetrics } from '../../../services/identity/shell/metrics.ts'
import {
  createKeptMetrics,
  createPartitionMetrics,
  showStoppedPartitions,
} from '../../../services/profiles/shell/metrics.ts'

export interface DeclaredMetric {
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
}

/** A registry that remembers what was asked of it. */
function recording(): {
  readonly metrics: MetricsRegistry
  readonly all: readonly DeclaredMetric[]
} {
  const metrics = createMetrics('any')
  const all = new Map<string, DeclaredMetric>()
  const note = (
    kind: DeclaredMetric['kind'],
    spec: { readonly name: string; readonly help: string; readonly labels: readonly string[] },
  ): void => {
    const { name, help, labels } = spec
    all.set(name, { name: `tributary_${name}`, kind, help, labels })
  }
  return {
    metrics: {
      ...metrics,
      counter(spec) {
        note('counter', spec)
        return metrics.counter(spec)
      },
      gauge(spec) {
        note('gauge', spec)
        return metrics.gauge(spec)
      },
      histogram(spec) {
        note('histogram', spec)
        return metrics.histogram(spec)
      },
    },
    get all() {
      return [...all.values()]
    },
  }
}

/** Who makes which metrics, by the code that makes them. A system test holds this against /metrics of the running services. */
const makers: Readonly<Record<string, (metrics: MetricsRegistry) => void>> = {
  every(metrics) {
    showStages(metrics, { book: createStageBook(), hot: createHotBook(), now: () => 0 })
    stepFiguresOf(metrics)
    const clock = manualClock(0)
    void startReporter({
      intervalMs: 1000,
      clock,
      log: silentLogger,
      metrics,
      look: async () => Promise.resolve(),
      rows: () => [],
      write: null,
    }).stop()
  },
  all(metrics) {
    watchKafka({ health: createHealth(), metrics })
    showHealth(metrics, createHealth())
  },
  drift: (metrics) => void createDriftMetrics(metrics),
  channels: (metrics) => void createChannelMetrics(metrics),
  identity: (metrics) => void createLinkerMetrics(metrics),
  profiles(metrics) {
    createPartitionMetrics(metrics)
    createKeptMetrics(metrics)
    showStoppedPartitions(metrics, 'profile.log', () => [])
  },
  states(metrics) {
    createStateReports({ log: silentLogger, metrics, health: createHealth() })
    showStateDisk(metrics, '.')
  },
}

function made(name: string): readonly DeclaredMetric[] {
  const recorded = recording()
  makers[name]?.(recorded.metrics)
  return recorded.all
}

export type MetricsService = 'email' | 'web' | 'crm' | 'identity' | 'profiles' | 'drift'

/** Every metric of each service, sorted by name. */
export function declaredMetrics(): readonly (DeclaredMetric & {
  readonly services: readonly MetricsService[]
})[] {
  const channels = ['email', 'web', 'crm'] as const
  const groups = [
    { metrics: made('every'), services: [...channels, 'identity', 'profiles'] as const },
    { metrics: made('all'), services: [...channels, 'identity', 'profiles', 'drift'] as const },
    { metrics: made('drift'), services: ['drift'] as const },
    { metrics: made('channels'), services: channels },
    { metrics: made('identity'), services: ['identity'] as const },
    { metrics: made('profiles'), services: ['profiles'] as const },
    { metrics: made('states'), services: ['identity', 'profiles'] as const },
  ]
  return groups
    .flatMap(({ metrics, services }) => metrics.map((metric) => ({ ...metric, services })))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
