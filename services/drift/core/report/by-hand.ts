import { toIso, toIsoOrNull } from '#runtime/time/iso.ts'
import { inForce } from '../store/baseline.ts'
import { labelOfRow } from '../store/rows.ts'
import type { BaselineReport, LabelReport, MuteReport } from './report-view.ts'
import type { Stored } from './stored.ts'

const dayMs = 86_400_000
/** Windows of so many days are compared with. */
const recentMs = 28 * dayMs

/** All there are, the one in force first. */
export function baselineReports({
  asOf,
  at,
  baselines,
  metrics,
}: Stored): readonly BaselineReport[] {
  const id = metrics[0]?.baseline_id
  const next = inForce(baselines, at)
  return baselines
    .map((one) => ({
      id: one.id,
      edges_id: one.edgesId,
      from: toIso(one.from),
      to: toIso(one.to),
      created_at: toIso(one.createdAt),
      pinned_at: toIsoOrNull(one.pinnedAt),
      in_force: one.id === id,
      over: one.to < asOf,
      next: one.id === next?.id && one.id !== id,
      by: one.by,
      reason: one.reason,
    }))
    .toSorted((a, b) => Number(b.in_force) - Number(a.in_force))
}

/** Labels of windows that are drawn, or that are compared with. */
export function labelReports(stored: Stored): readonly LabelReport[] {
  const { asOf, baselines, labels, metrics, windowMs, windows } = stored
  const baseline = baselines.find(({ id }) => id === metrics[0]?.baseline_id)
  const spans = [
    { from: Math.min(windows[0] ?? asOf, asOf - recentMs), to: asOf },
    ...(baseline === undefined || baseline.to >= asOf ? [] : [baseline]),
  ]
  return labels
    .filter((row) => {
      const label = labelOfRow(row)
      return spans.some(({ from, to }) => label.to > from - windowMs && label.from < to)
    })
    .map(({ by, from, kind, label_id: id, subjects, to, words }) => ({
      id,
      kind,
      from,
      to,
      subjects,
      words,
      by,
    }))
}

export const muteReports = ({ mutes }: Stored): readonly MuteReport[] =>
  mutes.map(({ at, by, reason, subject, until }) => ({ subject, at, until, reason, by }))
