import type { Health } from './health.ts'
import type { MetricsRegistry } from './metrics.ts'

/**
 * Says in metrics what `/health` says, so that somebody is told. Checks by the first word of their name: what comes after it (a table, a group, a
 * topic) and why are for whoever looks.
 */
export function showHealth(metrics: MetricsRegistry, health: Pick<Health, 'read'>): void {
  const ready = metrics.gauge({
    name: 'ready',
    help: '1: /health/ready says so; 0: the process starts, stops or waits for something',
    labels: [],
  })
  const failing = metrics.gauge({
    name: 'health_failing',
    help: 'Parts that are not well, by the first word of their check in /health: clickhouse, consumer, kafka, registry, schemas, partitions, run and what a start waits for',
    labels: ['check'],
  })
  let shown = new Set<string>()
  metrics.onRead('health', () => {
    const { checks, status } = health.read()
    ready.set({}, status === 'ok' ? 1 : 0)
    const counts = new Map<string, number>()
    for (const { name, ok } of checks) {
      const [check = name] = name.split(' ')
      counts.set(check, (counts.get(check) ?? 0) + (ok ? 0 : 1))
    }
    for (const check of shown) if (!counts.has(check)) failing.remove({ check })
    shown = new Set(counts.keys())
    for (const [check, count] of counts) failing.set({ check }, count)
  })
}
