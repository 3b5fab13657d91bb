import { readMetric, readMetricBy } from './figures.ts'
import type { RunningService } from './services.ts'

export interface Stages {
  readonly stages: Readonly<Record<string, { readonly cpuSeconds: number }>>
  /** Events that the channel services left out on purpose, by reason. */
  readonly dropped: Readonly<Record<string, number>>
}

/** What every process says of itself: its CPU time (prom-client's standard metric), and what it dropped. */
export async function measureStages(services: readonly RunningService[]): Promise<Stages> {
  const stages: Record<string, { cpuSeconds: number }> = {}
  const dropped: Record<string, number> = {}
  for (const service of services) {
    stages[service.name] = {
      cpuSeconds: await readMetric(service.url, 'process_cpu_seconds_total'),
    }
    for (const [reason, n] of Object.entries(
      await readMetricBy(service.url, 'tributary_channel_dropped_total', 'reason'),
    ))
      dropped[reason] = (dropped[reason] ?? 0) + n
  }
  return { stages, dropped }
}
