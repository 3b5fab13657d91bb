import type { DriftRun } from '../../../drift/core/run/drift-run.ts'
import type { AlertRow } from '../../../drift/core/run/result-rows.ts'

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

export interface ShownAlert {
  readonly subject: string
  readonly severity: string
  readonly words: string
  readonly since: string
  readonly opened_at: string
  readonly closed_at: string | null
  /** False: an upstream alert explains it, or it is muted. */
  readonly told: boolean
  readonly muted: string
  readonly contributions: readonly {
    readonly bin: string
    readonly before: number
    readonly after: number
    readonly psi: number
  }[]
  readonly causes: readonly { readonly kind: string; readonly words: string }[]
  readonly segments: readonly string[]
  readonly owner: string
  readonly runbook: string
}

export const shownAlert = (row: AlertRow): ShownAlert => ({
  subject: `${row.kind}:${row.name}`,
  severity: row.severity,
  words: row.words,
  since: row.since,
  opened_at: row.opened_at,
  closed_at: row.closed_at,
  told: row.inhibited === 0 && row.muted === '',
  muted: row.muted,
  contributions: row.contributions.map(([bin, before, after, psi]) => ({
    bin,
    before,
    after,
    psi,
  })),
  causes: row.causes.map(([kind, words]) => ({ kind, words })),
  segments: row.segments,
  owner: row.owner,
  runbook: row.runbook,
})

export function runReport(
  { alerts, metrics }: DriftRun,
  asOf: string,
  { dryRun, publish }: { readonly dryRun: boolean; readonly publish: boolean },
): RunReport {
  const subjects = new Map(metrics.map((row) => [`${row.kind}:${row.name}`, row]))
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
    alerts: alerts.map(shownAlert),
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

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

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
