import { driftKinds } from '#runtime/definition/drift-schema.ts'
import { toIso } from '#runtime/time/iso.ts'
import { incidentsOf } from '../run/incidents.ts'
import { covers, pastOf } from '../run/references.ts'
import type { Label } from '../store/label.ts'
import { labelOfRow, subjectOf } from '../store/rows.ts'
import type { Verdict } from '../verdict/judge.ts'
import { subjectKey } from '../watch/signal.ts'
import { alertReports } from './alert-reports.ts'
import { baselineReports, labelReports, muteReports } from './by-hand.ts'
import type { DriftReport, SubjectReport } from './report-view.ts'
import { rankOf, standings } from './standing.ts'
import type { Stored, StoredCourse, StoredMetric } from './stored.ts'
import { subjectReport } from './subject-report.ts'

/** One window of everything that is watched, as the store has it: nothing is measured or judged anew. */
export function buildReport(stored: Stored): DriftReport {
  const { asOf, windowMs, windows } = stored
  const subjects = subjectsOf(stored).toSorted(byStanding)
  const verdicts = new Map<Verdict, number>(standings.map((verdict) => [verdict, 0]))
  for (const { verdict } of subjects) verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
  return {
    as_of: toIso(asOf),
    window_from: toIso(asOf - windowMs),
    window_ms: windowMs,
    windows: windows.map(toIso),
    verdicts: {
      critical: verdicts.get('critical') ?? 0,
      warn: verdicts.get('warn') ?? 0,
      info: verdicts.get('info') ?? 0,
      insufficient_data: verdicts.get('insufficient_data') ?? 0,
      ok: verdicts.get('ok') ?? 0,
    },
    subjects,
    ...alertReports(stored),
    baselines: baselineReports(stored),
    labels: labelReports(stored),
    mutes: muteReports(stored),
  }
}

function subjectsOf(stored: Stored): readonly SubjectReport[] {
  const { asOf, snapshots, windowMs, windows } = stored
  const labels = stored.labels.map(labelOfRow)
  const baseline = stored.baselines.find(({ id }) => id === stored.metrics[0]?.baseline_id) ?? null
  const past = pastOf(snapshots, {
    asOf,
    windowMs,
    baseline,
    labels,
    incidents: incidentsSeen(stored),
  })
  const current = new Map(
    snapshots
      .filter((one) => one.asOf === asOf)
      .map((one) => [subjectKey(one.subject), one] as const),
  )
  const edges = new Map(
    stored.edges.map((one) => [edgesKey(one.edgesId, subjectKey(one.subject)), one]),
  )
  const metrics = Map.groupBy(stored.metrics, keyOf)
  const courses = Map.groupBy(stored.courses, keyOf)
  return [...new Set([...metrics.keys(), ...current.keys()])].map((key) => {
    const snapshot = current.get(key)
    const own: readonly StoredMetric[] = metrics.get(key) ?? []
    const subject = snapshot?.subject ?? subjectOf(own[0] ?? { kind: '', name: '' })
    const byWindow = Map.groupBy(courses.get(key) ?? [], (row: StoredCourse) => row.as_of)
    return subjectReport({
      subject,
      metrics: own,
      snapshot,
      past: past(key),
      edges: edges.get(edgesKey(snapshot?.edgesId ?? '', key)),
      windows: windows.map((at) => byWindow.get(toIso(at))),
      labelled: windows.map((at) => labels.some((label) => covers(label, key, at, windowMs))),
      windowMs,
    })
  })
}

/**
 * Incidents that left windows out of references. What a subject is made from is in no table, but whether any window of its references was left out is: then
 * it was because of those that there were.
 */
function incidentsSeen({ episodes, metrics, windowMs }: Stored): readonly Label[] {
  const all = new Set(episodes.map(({ subject }) => subjectKey(subject)))
  const below = metrics.filter((row) => Number(row.left_out) > 0).map(keyOf)
  return incidentsOf(episodes, new Map(below.map((key) => [key, all])), windowMs)
}

const keyOf = (row: { readonly kind: string; readonly name: string }): string =>
  subjectKey(subjectOf(row))

const edgesKey = (edgesId: string, key: string): string => `${edgesId}\n${key}`

const kindRank = ({ kind }: SubjectReport): number => driftKinds.indexOf(kind)

function byStanding(a: SubjectReport, b: SubjectReport): number {
  return (
    rankOf(a.standing) - rankOf(b.standing) ||
    rankOf(a.verdict) - rankOf(b.verdict) ||
    // Of what is well, and of what nobody knows, the order of kinds is easier to find one's way in.
    (a.standing === 'ok' || a.standing === 'insufficient_data' ? 0 : b.strength - a.strength) ||
    kindRank(a) - kindRank(b) ||
    (a.name < b.name ? -1 : 1)
  )
}
