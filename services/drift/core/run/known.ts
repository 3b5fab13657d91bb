import { fromIso } from '#runtime/time/iso.ts'
import { type Baseline, inForce } from '../store/baseline.ts'
import type { Edges } from '../store/edges.ts'
import type { Label, Mute } from '../store/label.ts'
import {
  type BaselineRow,
  baselineOfRow,
  type CourseRow,
  courseOfRow,
  type EpisodeRow,
  episodeOfRow,
  type EdgesRow,
  edgesOfRow,
  type LabelRow,
  labelOfRow,
  type MuteRow,
  muteOfRow,
  type SnapshotRow,
  snapshotOfRow,
} from '../store/rows.ts'
import type { Snapshot } from '../store/snapshot.ts'
import type { Course, KnownEpisode } from '../watch/episode.ts'
import { subjectKey } from '../watch/signal.ts'
import { type Asking, ask } from './question.ts'
import { timeOf } from './sql-time.ts'
import { type Spans, spansOf } from './spans.ts'
import type { StoredAlert } from './stored-alert.ts'
import type { Import } from './surroundings.ts'

/** All that earlier windows and people left behind: nothing else is remembered. */
export interface Known {
  readonly baseline: Baseline | null
  readonly edges: ReadonlyMap<string, Edges>
  readonly labels: readonly Label[]
  readonly mutes: readonly Mute[]
  readonly imports: readonly Import[]
  /** Of this window if it was measured before. Those of earlier ones are read a few subjects at a time. */
  readonly measured: readonly Snapshot[]
  /** After the window before this one. */
  readonly courses: ReadonlyMap<string, Course>
  /** Of the windows that are references. */
  readonly episodes: readonly KnownEpisode[]
  /** Alerts that are open. Empty where later windows were run: these go on with them. */
  readonly open: readonly StoredAlert[]
  /** Subject → references of which this window has rows, where it was run before. */
  readonly judged: ReadonlyMap<string, readonly string[]>
}

/** Windows in which something may have explained what moved. */
const importWindows = 5
/** Imports that are named as causes: the last ones. */
const importsNamed = 100

export function* readKnown(asOf: number, windowMs: number): Asking<Known> {
  const baselines = (yield* ask<BaselineRow>(
    `SELECT * FROM drift_baselines FINAL WHERE pinned_at <= ${timeOf('as_of')} ORDER BY pinned_at DESC, baseline_id LIMIT 1`,
    { as_of: asOf },
  )).map(baselineOfRow)
  const baseline = inForce(baselines, asOf)
  const edges =
    baseline === null
      ? []
      : yield* ask<EdgesRow>('SELECT * FROM drift_edges FINAL WHERE edges_id = {id:String}', {
          id: baseline.edgesId,
        })
  const mutes = yield* ask<MuteRow>(
    `SELECT * FROM drift_mutes FINAL WHERE at <= ${timeOf('as_of')} AND until > ${timeOf('as_of')}`,
    { as_of: asOf },
  )
  const lookBack = asOf - importWindows * windowMs
  const imports = yield* ask<{ at: string }>(
    `SELECT DISTINCT at FROM audit_log FINAL WHERE command = 'import' AND outcome = 'done' AND at > ${timeOf('from')} AND at <= ${timeOf('as_of')}
     ORDER BY at DESC LIMIT ${importsNamed}`,
    { from: lookBack, as_of: asOf },
  )
  const measured = yield* ask<SnapshotRow>(
    `SELECT * FROM drift_snapshots FINAL WHERE as_of = ${timeOf('as_of')} ORDER BY kind, name`,
    { as_of: asOf },
  )
  const episodes = yield* readEpisodes({ asOf, windowMs, baseline })
  const courseRows = yield* ask<CourseRow>(
    `SELECT kind, name, recent, open_since, opened_at, open_severity, open_inhibited, calm FROM drift_metrics FINAL
     WHERE as_of = (SELECT max(as_of) FROM drift_metrics WHERE as_of < ${timeOf('as_of')})
     ORDER BY kind, name LIMIT 1 BY kind, name`,
    { as_of: asOf },
  )
  const courses = new Map(courseRows.map((row) => [subjectKey(row), courseOfRow(row)]))
  // Of whatever is compared with, and of an alert since its first window.
  const { from, recent } = spansOf({ asOf, windowMs, baseline })
  const opened = [...courses.values()].flatMap((one) => one.open?.since ?? [])
  const since = opened.reduce((a, b) => Math.min(a, b), Math.min(from, recent) - windowMs)
  const labels = yield* ask<LabelRow>(
    `SELECT * FROM drift_labels FINAL WHERE removed = 0 AND \`to\` >= ${timeOf('since')}`,
    { since: Math.min(since, lookBack) },
  )
  const open = yield* ask<StoredAlert>(
    `SELECT * FROM drift_alerts FINAL
     WHERE closed_at IS NULL AND opened_at <= ${timeOf('as_of')} AND (SELECT max(as_of) FROM drift_metrics) <= ${timeOf('as_of')}
     ORDER BY kind, name, opened_at`,
    { as_of: asOf },
  )
  const judged = yield* ask<{ kind: string; name: string; references: readonly string[] }>(
    `SELECT kind, name, groupUniqArray(toString(reference)) AS references FROM drift_metrics WHERE as_of = ${timeOf('as_of')} GROUP BY kind, name`,
    { as_of: asOf },
  )
  return {
    baseline,
    edges: new Map(edges.map(edgesOfRow).map((one) => [subjectKey(one.subject), one])),
    labels: labels.map(labelOfRow),
    mutes: mutes.map(muteOfRow),
    imports: imports.map(({ at }) => ({ at: fromIso(at) })).toReversed(),
    measured: measured.map(snapshotOfRow),
    episodes,
    courses,
    open,
    judged: new Map(judged.map((row) => [subjectKey(row), row.references])),
  }
}

/** Alerts as the windows that are compared with know them. */
export function* readEpisodes(spans: Spans): Asking<readonly KnownEpisode[]> {
  const { as_of: asOf, from, recent, to, window } = spansOf(spans)
  const rows = yield* ask<EpisodeRow>(
    `SELECT kind, name, min(open_since) AS since, max(as_of) AS last, argMax(open_severity, as_of) AS worst, argMax(open_inhibited, as_of) AS explained
     FROM drift_metrics FINAL
     WHERE as_of >= ${timeOf('from')} AND as_of < ${timeOf('as_of')} AND isNotNull(opened_at) AND calm = 0
     GROUP BY kind, name, opened_at HAVING last > ${timeOf('recent')} OR since < ${timeOf('to')}
     ORDER BY kind, name, opened_at`,
    { from: Math.min(from, recent), as_of: asOf, recent: recent - window, to: to + window },
  )
  return rows.map(episodeOfRow)
}
