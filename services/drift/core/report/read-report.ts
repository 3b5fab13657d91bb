import { fromIso } from '#runtime/time/iso.ts'
import { readEpisodes } from '../run/known.ts'
import { overPasts } from '../run/pasts.ts'
import { type Asking, ask } from '../run/question.ts'
import type { StoredAlert } from '../run/stored-alert.ts'
import { timeOf } from '../run/sql-time.ts'
import {
  type BaselineRow,
  baselineOfRow,
  type EdgesRow,
  edgesOfRow,
  type LabelRow,
  type MuteRow,
  type SnapshotRow,
  snapshotOfRow,
} from '../store/rows.ts'
import { comparedWith } from './build-report.ts'
import {
  baselineOf,
  type NoWindow,
  type Stored,
  type StoredCourse,
  type StoredMetric,
} from './stored.ts'
import { measuredOf } from './subject-report.ts'

/** So many windows are drawn. */
export const windowsDrawn = 28
const dayMs = 86_400_000

const courseColumns =
  'as_of, kind, name, reference, n_ref, n_cur, psi_debiased, null_rate_ref, null_rate_cur, before, after, unit, known, severity, open_severity'

/**
 * Everything that a report shows, as it is stored.
 * @param at The last window that had ended by then.
 */
export function* readReport(at: number): Asking<Stored | NoWindow> {
  const [span] = yield* ask<{ n: string; first: string; last: string; before: string }>(
    `SELECT count() AS n, min(as_of) AS first, maxIf(as_of, as_of <= ${timeOf('at')}) AS last, countIf(as_of <= ${timeOf('at')}) AS before FROM drift_metrics`,
    { at },
  )
  if (span === undefined || Number(span.before) === 0)
    return { asOf: null, first: span === undefined || Number(span.n) === 0 ? null : span.first }
  const asOf = fromIso(span.last)
  const metrics = yield* ask<StoredMetric & { window_ms: string }>(
    `SELECT * FROM drift_metrics FINAL WHERE as_of = ${timeOf('as_of')} ORDER BY kind, name, reference`,
    { as_of: asOf },
  )
  const windowMs = Number(metrics[0]?.window_ms ?? dayMs)
  const windows = yield* ask<{ as_of: string }>(
    `SELECT DISTINCT as_of FROM drift_metrics WHERE as_of <= ${timeOf('as_of')} AND window_ms = {window:UInt64} ORDER BY as_of DESC LIMIT ${windowsDrawn}`,
    { as_of: asOf, window: windowMs },
  )
  const ends = windows.map((one) => fromIso(one.as_of)).toReversed()
  const from = ends[0] ?? asOf
  const courses = yield* ask<StoredCourse>(
    `SELECT ${courseColumns} FROM drift_metrics FINAL WHERE as_of >= ${timeOf('from')} AND as_of <= ${timeOf('as_of')} AND window_ms = {window:UInt64} ORDER BY as_of, kind, name, reference`,
    { from, as_of: asOf, window: windowMs },
  )
  const baselines = (yield* ask<BaselineRow>(
    'SELECT * FROM drift_baselines FINAL ORDER BY created_at, baseline_id',
  )).map(baselineOfRow)
  const baseline = baselineOf({ baselines, metrics })
  const episodes = yield* readEpisodes({ asOf, windowMs, baseline })
  const edges = yield* ask<EdgesRow>(
    `SELECT * FROM drift_edges FINAL WHERE edges_id IN (SELECT edges_id FROM drift_metrics WHERE as_of = ${timeOf('as_of')})`,
    { as_of: asOf },
  )
  const labels = yield* ask<LabelRow>(
    'SELECT * FROM drift_labels FINAL WHERE removed = 0 ORDER BY `from`, label_id',
  )
  const mutes = yield* ask<MuteRow>(
    `SELECT * FROM drift_mutes FINAL WHERE at <= ${timeOf('at')} AND until > ${timeOf('at')} ORDER BY subject`,
    { at },
  )
  const alerts = yield* ask<StoredAlert>(
    `SELECT * FROM drift_alerts FINAL WHERE opened_at <= ${timeOf('as_of')} AND (closed_at IS NULL OR closed_at > ${timeOf('from')})
     ORDER BY indexOf(['critical', 'warn', 'info'], toString(severity)), opened_at DESC, kind, name`,
    { as_of: asOf, from },
  )
  const rows = {
    at,
    asOf,
    windowMs,
    windows: ends,
    metrics,
    courses,
    episodes,
    edges: edges.map(edgesOfRow),
    baselines,
    labels,
    mutes,
    alerts,
  }
  const current = (yield* ask<SnapshotRow>(
    `SELECT * FROM drift_snapshots FINAL WHERE as_of = ${timeOf('as_of')} ORDER BY kind, name`,
    { as_of: asOf },
  )).map(snapshotOfRow)
  // Quantiles are in no picture.
  const measured = yield* overPasts(
    current,
    { ...comparedWith(rows), quantiles: false },
    (one, past) => measuredOf(one, past, rows),
  )
  return { ...rows, measured }
}
