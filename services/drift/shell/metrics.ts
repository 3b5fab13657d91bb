import { driftKinds } from '#runtime/definition/drift-schema.ts'
import type { Metrics } from '#runtime/telemetry/index.ts'
import type { MetricRow } from '../core/run/result-rows.ts'
import { severities } from '../core/watch/assess.ts'
import { subjectKey } from '../core/watch/signal.ts'
import type { OpenAlerts, ToldAlert } from './read-state.ts'

export interface DriftMetrics {
  /** The end of the last window that was run, null: none was; and when the next run is due. Milliseconds. */
  stands(lastRun: number | null, dueAt: number): void
  /** A window was run, and how long that took, milliseconds. */
  ran(tookMs: number, rows: readonly MetricRow[]): void
  open(alerts: readonly OpenAlerts[], toldOf: readonly ToldAlert[]): void
}

/** Subjects that have a series of their own: what comes after them in the order of names is in the tables alone. */
export const subjectsMax = 500

/** Alerts that have a series of their own, and so somebody whom Alertmanager tells: the most severe. */
export const alertsShownMax = 100

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
  const since = metrics.gauge({
    name: 'drift_alert_since_timestamp_seconds',
    help: 'Since when what an open alert tells of is so, in seconds since 1970; of alerts that somebody is told of, the 100 most severe; owner: as the pipeline file names it',
    labels: ['kind', 'subject', 'severity', 'owner'],
  })
  const lastRun = metrics.gauge({
    name: 'drift_last_run_timestamp_seconds',
    help: 'End of the last window that was run, in seconds since 1970',
    labels: [],
  })
  const due = metrics.gauge({
    name: 'drift_run_due_timestamp_seconds',
    help: 'When the next run is due, in seconds since 1970: in the past while it is late',
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
  // Not known yet; 0 would be a time.
  for (const gauge of [lastRun, due]) gauge.set({}, Number.NaN)
  let shown: readonly { readonly kind: string; readonly subject: string }[] = []
  let shownAlerts: readonly Parameters<typeof since.remove>[0][] = []
  return {
    stands(ranUntil, dueAt) {
      lastRun.set({}, ranUntil === null ? Number.NaN : ranUntil / 1000)
      due.set({}, dueAt / 1000)
    },
    ran(tookMs, rows) {
      duration.set({}, tookMs / 1000)
      const subjects = [...new Map(rows.map((row) => [subjectKey(row), row])).values()]
      unknown.set({}, subjects.filter(({ known }) => known === 0).length)
      for (const labels of shown) severity.remove(labels)
      shown = subjects.slice(0, subjectsMax).map((row) => {
        const labels = { kind: row.kind, subject: row.name }
        severity.set(labels, levelOf(row.open_severity))
        return labels
      })
    },
    open(alerts, toldOf) {
      for (const labels of shownAlerts) since.remove(labels)
      shownAlerts = toldOf.slice(0, alertsShownMax).map((alert) => {
        const labels = {
          kind: alert.kind,
          subject: alert.name,
          severity: alert.severity,
          owner: alert.owner,
        }
        since.set(labels, alert.since / 1000)
        return labels
      })
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
