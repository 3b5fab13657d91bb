import type { AlertReport } from '../../../drift/core/report/report-view.ts'
import type { DriftRun } from '../../../drift/core/run/drift-run.ts'
import { isTold, type StoredAlert, storedAlert } from '../../../drift/core/run/stored-alert.ts'
import { subjectKey } from '../../../drift/core/watch/signal.ts'
import { percent } from '../../shell/words.ts'

export interface RunReport {
  readonly as_of: string
  readonly dry_run: boolean
  /** Whether drift.alerts was told of the alerts. */
  readonly published: boolean
  /** Subjects that were looked at, and those of which there is too little to say anything. */
  readonly subjects: number
  readonly insufficient_data: number
  /** Subjects by what this window says of them, whether or not it is an alert yet. */
  readonly severities: Readonly<Record<string, number>>
  /** Opened, worsened or closed by this window. */
  readonly alerts: readonly ShownAlert[]
}

/** An alert as runs and lists show it. */
export type ShownAlert = Pick<
  AlertReport,
  | 'subject'
  | 'words'
  | 'since'
  | 'opened_at'
  | 'closed_at'
  | 'told'
  | 'muted'
  | 'contributions'
  | 'causes'
  | 'segments'
  | 'owner'
  | 'runbook'
> & { readonly severity: string }

export const shownAlert = (row: StoredAlert): ShownAlert => ({
  subject: subjectKey(row),
  severity: row.severity,
  words: row.words,
  since: row.since,
  opened_at: row.opened_at,
  closed_at: row.closed_at,
  told: isTold(row),
  muted: row.muted,
  contributions: row.contributions,
  causes: row.causes,
  segments: row.segments,
  owner: row.owner,
  runbook: row.runbook,
})

export function runReport(
  { alerts, metrics }: DriftRun,
  asOf: string,
  { dryRun, publish }: { readonly dryRun: boolean; readonly publish: boolean },
): RunReport {
  const subjects = new Map(metrics.map((row) => [subjectKey(row), row]))
  const severities: Record<string, number> = { info: 0, warn: 0, critical: 0 }
  for (const { severity } of subjects.values())
    if (severity !== '') severities[severity] = (severities[severity] ?? 0) + 1
  return {
    as_of: asOf,
    dry_run: dryRun,
    published: publish,
    subjects: subjects.size,
    insufficient_data: [...subjects.values()].filter(({ known }) => known === 0).length,
    severities,
    alerts: alerts.map((row) => shownAlert(storedAlert(row))),
  }
}

export function printRun(report: RunReport): string {
  const { alerts, as_of, insufficient_data, severities, subjects } = report
  const news = Object.entries(severities).map(([severity, n]) => `${n} ${severity}`)
  const head = `as of ${as_of}: ${subjects} subjects, of ${insufficient_data} too little is known; in this window ${news.join(', ')}${report.dry_run ? '. Nothing was written.' : ''}\n`
  if (alerts.length === 0) return `${head}No alert opened, worsened or closed.\n`
  const text = `${head}\n${alerts.map(printAlert).join('\n')}`
  if (report.published) return `${text}\ndrift.alerts has them.\n`
  return report.dry_run || !alerts.some(({ told }) => told)
    ? text
    : `${text}\nNobody was told: the same with --publish sends them to drift.alerts.\n`
}

export function printAlert(one: ShownAlert): string {
  const state = one.closed_at === null ? one.severity : `closed ${one.closed_at}`
  const quiet = one.muted === '' ? (one.told ? '' : ', inhibited') : `, muted: ${one.muted}`
  const lines = [
    `${state}${quiet}  ${one.words}`,
    ...one.contributions.map(
      ({ after, before, bin }) => `  ${bin}: ${percent(before)} → ${percent(after)}`,
    ),
    ...one.causes.map(({ kind, words }) => `  because of ${kind}: ${words}`),
    ...(one.segments.length === 0 ? [] : [`  read by ${one.segments.join(', ')}`]),
    `  ${one.owner} · ${one.runbook}`,
  ]
  return `${lines.join('\n')}\n`
}
