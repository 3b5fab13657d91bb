import { toIso, toIsoOrNull } from '#runtime/time/iso.ts'
import { recentMs } from '../run/spans.ts'
import { type Baseline, inForce } from '../store/baseline.ts'
import { labelOfRow, type LabelRow } from '../store/rows.ts'
import type { BaselineReport, LabelReport, MuteReport } from './report-view.ts'
import { baselineOf, type Stored } from './stored.ts'

/** As lists and reports show it. */
export const shownBaseline = (
  one: Baseline,
  now: Baseline | null,
): Omit<BaselineReport, 'over' | 'next'> => ({
  id: one.id,
  edges_id: one.edgesId,
  from: toIso(one.from),
  to: toIso(one.to),
  created_at: toIso(one.createdAt),
  pinned_at: toIsoOrNull(one.pinnedAt),
  in_force: one.id === now?.id,
  by: one.by,
  reason: one.reason,
})

/** All there are, the one in force first. */
export function baselineReports(stored: Stored): readonly BaselineReport[] {
  const { asOf, at, baselines } = stored
  const baseline = baselineOf(stored)
  const next = inForce(baselines, at)
  return baselines
    .map((one) => ({
      ...shownBaseline(one, baseline),
      over: one.to < asOf,
      next: one.id === next?.id && one.id !== baseline?.id,
    }))
    .toSorted((a, b) => Number(b.in_force) - Number(a.in_force))
}

/** As lists and reports show it. */
export const shownLabel = ({
  by,
  from,
  kind,
  label_id: id,
  subjects,
  to,
  words,
}: LabelRow): LabelReport => ({ id, kind, from, to, subjects, words, by })

/** Labels of windows that are drawn, or that are compared with. */
export function labelReports(stored: Stored): readonly LabelReport[] {
  const { asOf, labels, windowMs, windows } = stored
  const baseline = baselineOf(stored)
  const spans = [
    { from: Math.min(windows[0] ?? asOf, asOf - recentMs), to: asOf },
    ...(baseline === null || baseline.to >= asOf ? [] : [baseline]),
  ]
  return labels
    .filter((row) => {
      const label = labelOfRow(row)
      return spans.some(({ from, to }) => label.to > from - windowMs && label.from < to)
    })
    .map(shownLabel)
}

export const muteReports = ({ mutes }: Stored): readonly MuteReport[] =>
  mutes.map(({ at, by, reason, subject, until }) => ({ subject, at, until, reason, by }))
