import { driftKinds } from '#runtime/definition/drift-schema.ts'
import type { Metrics } from '#runtime/telemetry/index.ts'
import type { MetricRow } from '../core/run/result-rows.ts'
import { severities } from '../core/watch/assess.ts'
import type { OpenAlerts } from './read-state.ts'

export interface DriftMetrics {
  /** A window was run: its end and how long it took, milliseconds. */
  ran(asOf: number, tookMs: number, rows: readonly MetricRow[]): void
  open(alerts: readonly OpenAlerts[]): void
}

/** Subjects that have a series of their own: what comes after them in the order of names is in the tables alone. */
export const subjectsMax = 500

/** Kinds and severities are closed sets; names are those of the pipeline file and of sources. */
export function createDriftMetrics(metrics: Metrics): DriftMetrics {
  const open = metrics.gauge({
    name: 'drift_open_alerts',
    help: 'Alerts of the drift monitor that are open, by what they are of; told: no for what an alert upstream explains and for what is muted',
    labels: ['kind', 'severity', 'told'],
  })
  const severity = metrics.gauge({
    name: 'drift_subject_severity',
    help: 'What is open of each subject: 0 nothing, 1 info, 2 warn, 3 critical; of the first 500 subjects',
    labels: ['kind', 'subject'],
  })
  const lastRun = metrics.gauge({
    name: 'drift_last_run_timestamp_seconds',
    help: 'End of the last window that was run, in seconds since 1970',
    labels: [],
  })
  const duration = metrics.gauge({
    name: 'drift_run_seconds',
    help: 'How long the last run took',
    labels: [],
  })
  const unknown = metrics.gauge({
    name: 'drift_insufficient_subjects',
    help: 'Subjects of which the last run knew too little to say anything',
    labels: [],
  })
  let shown: readonly { readonly kind: string; readonly subject: string }[] = []
  return {
    ran(asOf, tookMs, rows) {
      lastRun.set({}, asOf / 1000)
      duration.set({}, tookMs / 1000)
      const subjects = [...new Map(rows.map((row) => [`${row.kind}:${row.name}`, row])).values()]
      unknown.set({}, subjects.filter(({ known }) => known === 0).length)
      for (const labels of shown) severity.remove(labels)
      shown = subjects.slice(0, subjectsMax).map((row) => {
        const labels = { kind: row.kind, subject: row.name }
        severity.set(labels, levelOf(row.open_severity))
        return labels
      })
    },
    open(alerts) {
      for (const kind of driftKinds)
        for (const one of severities)
          for (const told of ['yes', 'no'] as const) {
            const found = alerts.find(
              (alert) =>
                alert.kind === kind && alert.severity === one && alert.told === (told === 'yes'),
            )
            open.set({ kind, severity: one, told }, found?.n ?? 0)
          }
    },
  }
}

const levelOf = (text: string): number => severities.findIndex((one) => one === text) + 1
