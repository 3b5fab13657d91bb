import { driftKinds } from '#runtime/definition/drift-schema.ts'
import { toIso } from '#runtime/time/iso.ts'
import { incidentsOf } from '../run/incidents.ts'
import { covers, type PastInput } from '../run/references.ts'
import type { LeftOut } from '../store/label.ts'
import { labelOfRow, subjectOf } from '../store/rows.ts'
import type { Verdict } from '../verdict/judge.ts'
import { subjectKey } from '../watch/signal.ts'
import { alertReports } from './alert-reports.ts'
import { baselineReports, labelReports, muteReports } from './by-hand.ts'
import type { DriftReport, SubjectReport } from './report-view.ts'
import { isNews, rankOf } from './standing.ts'
import {
  baselineOf,
  type Stored,
  type StoredCourse,
  type StoredMetric,
  type StoredRows,
} from './stored.ts'
import { subjectReport } from './subject-report.ts'

/** One window of everything that is watched, as the store has it: nothing is measured or judged anew. */
export function buildReport(stored: Stored): DriftReport {
  const { asOf, windowMs, windows } = stored
  const subjects = subjectsOf(stored).toSorted(byStanding)
  const count = (verdict: Verdict): number =>
    subjects.filter((one) => one.verdict === verdict).length
  return {
    as_of: toIso(asOf),
    window_from: toIso(asOf - windowMs),
    window_ms: windowMs,
    windows: windows.map(toIso),
    verdicts: {
      critical: count('critical'),
      warn: count('warn'),
      info: count('info'),
      insufficient_data: count('insufficient_data'),
      ok: count('ok'),
    },
    subjects,
    ...alertReports(stored),
    baselines: baselineReports(stored),
    labels: labelReports(stored),
    mutes: muteReports(stored),
  }
}

function subjectsOf(stored: Stored): readonly SubjectReport[] {
  const { measured, windowMs, windows } = stored
  const labels = stored.labels.map(labelOfRow)
  const metrics = Map.groupBy(stored.metrics, subjectKey)
  const courses = Map.groupBy(stored.courses, subjectKey)
  return [...new Set([...metrics.keys(), ...measured.keys()])].map((key) => {
    const own: readonly StoredMetric[] = metrics.get(key) ?? []
    const subject =
      measured.get(key)?.snapshot.subject ?? subjectOf(own[0] ?? { kind: '', name: '' })
    const byWindow = Map.groupBy(courses.get(key) ?? [], (row: StoredCourse) => row.as_of)
    return subjectReport({
      subject,
      metrics: own,
      measured: measured.get(key),
      windows: windows.map((at) => byWindow.get(toIso(at))),
      labelled: windows.map((at) => labels.some((label) => covers(label, key, at, windowMs))),
    })
  })
}

/** Which windows the one of the report was compared with. */
export const comparedWith = (stored: StoredRows): PastInput => ({
  asOf: stored.asOf,
  windowMs: stored.windowMs,
  baseline: baselineOf(stored),
  labels: stored.labels.map(labelOfRow),
  incidents: incidentsSeen(stored),
})

/**
 * Incidents that left windows out of references. What a subject is made from is in no table, but whether any window of its references was left out is: then
 * it was because of those that there were.
 */
function incidentsSeen({ episodes, metrics, windowMs }: StoredRows): readonly LeftOut[] {
  const all = new Set(episodes.map(({ subject }) => subjectKey(subject)))
  const below = metrics.filter((row) => Number(row.left_out) > 0).map(subjectKey)
  return incidentsOf(episodes, new Map(below.map((key) => [key, all])), windowMs)
}

const kindRank = ({ kind }: SubjectReport): number => driftKinds.indexOf(kind)

function byStanding(a: SubjectReport, b: SubjectReport): number {
  return (
    rankOf(a.standing) - rankOf(b.standing) ||
    rankOf(a.verdict) - rankOf(b.verdict) ||
    // Of what is well, and of what nobody knows, the order of kinds is easier to find one's way in.
    (isNews(a.standing) ? b.strength - a.strength : 0) ||
    kindRank(a) - kindRank(b) ||
    (a.name < b.name ? -1 : 1)
  )
}
