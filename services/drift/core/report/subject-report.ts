import type { Past } from '../run/references.ts'
import type { Snapshot } from '../store/snapshot.ts'
import { severityIn } from '../watch/assess.ts'
import { type ReferenceName, referenceNames, type Subject, subjectKey } from '../watch/signal.ts'
import { evidenceOf } from './evidence.ts'
import type {
  CourseWindow,
  Evidence,
  FiguresReport,
  OpenAlert,
  SubjectReport,
  Unit,
} from './report-view.ts'
import { verdictIn, worseOf } from './standing.ts'
import type { Measured, StoredMetric, StoredRows } from './stored.ts'
import { type CourseRows, trendsOf } from './trends.ts'
import { whyUnknown } from './why-unknown.ts'

/** What is stored of one subject. */
export interface SubjectInput {
  readonly subject: Subject
  /** One a reference; empty: it was measured, and there was too little to judge anything by. */
  readonly metrics: readonly StoredMetric[]
  /** undefined: it follows from others, as that a rule lets nobody in. */
  readonly measured: Measured | undefined
  readonly windows: readonly CourseRows[]
  readonly labelled: readonly boolean[]
}

export function subjectReport(input: SubjectInput): SubjectReport {
  const { labelled, measured, metrics, subject, windows } = input
  const snapshot = measured?.snapshot
  const { kind, name } = subject
  const [metric] = metrics
  const figures = figuresIn(metrics)
  const evidence: Evidence = measured?.evidence ?? { shape: 'none' }
  const verdict = metric === undefined ? 'insufficient_data' : verdictIn(metric)
  const alert = metric === undefined ? null : openAlert(metric)
  const unit = unitOf(metric, snapshot)
  return {
    subject: subjectKey(subject),
    kind,
    name,
    verdict,
    why: verdict === 'insufficient_data' ? whyUnknown(evidence, figures) : null,
    standing: alert === null ? verdict : worseOf(verdict, alert.severity),
    alert,
    recent: metric?.recent.map(severityIn) ?? [],
    unit,
    before: metric?.before ?? null,
    after: metric?.after ?? null,
    p: metric?.p ?? null,
    strength: metric?.strength ?? 0,
    decided_by: decidingOf(metrics),
    n_cur: metric === undefined ? (snapshot?.rows ?? 0) : Number(metric.n_cur),
    figures,
    evidence,
    course: windows.map((rows, place) => courseWindow(rows, labelled[place] === true)),
    trends: windows.some((rows) => rows !== undefined)
      ? trendsOf(subject, snapshot?.shape === 'distribution', unit, windows)
      : [],
  }
}

/** What of the snapshots before it is shown. */
export const measuredOf = (
  snapshot: Snapshot,
  past: Past,
  { edges, metrics, windowMs }: Pick<StoredRows, 'edges' | 'metrics' | 'windowMs'>,
): Measured => {
  const key = subjectKey(snapshot.subject)
  const own = metrics.filter((row) => subjectKey(row) === key)
  return {
    snapshot,
    evidence: evidenceOf({
      snapshot,
      past,
      edges: edges.find(
        (one) => one.edgesId === snapshot.edgesId && subjectKey(one.subject) === key,
      ),
      figures: figuresIn(own),
      decidedBy: decidingOf(own),
      windowMs,
    }),
  }
}

const figuresIn = (metrics: readonly StoredMetric[]): readonly FiguresReport[] =>
  metrics.flatMap(figuresReport).toSorted(byReference)

/** Neither of a distribution whose nulls are told nor of any other subject does a row say which reference it is of. */
function decidingOf(metrics: readonly StoredMetric[]): ReferenceName | null {
  const moved = metrics.filter(({ after, p, unit }) => unit === 'psi' && p !== null && after !== 0)
  const own = moved.filter(({ chi2_p, p }) => chi2_p === p)
  const nearest = own.toSorted((a, b) => distance(a) - distance(b))[0]
  return nearest === undefined ? null : referenceIn(nearest.reference)
}

const distance = ({ after, psi_debiased }: StoredMetric): number =>
  Math.abs((psi_debiased ?? 0) - (after ?? 0))

const referenceIn = (text: string): ReferenceName | null =>
  referenceNames.find((name) => name === text) ?? null

function figuresReport(row: StoredMetric): readonly FiguresReport[] {
  const reference = referenceIn(row.reference)
  if (reference === null) return []
  return [
    {
      reference,
      n_ref: Number(row.n_ref),
      left_out: Number(row.left_out),
      n_cur: Number(row.n_cur),
      psi_jeffreys: row.psi_jeffreys,
      psi_debiased: row.psi_debiased,
      js_distance_base2: row.js_distance_base2,
      chi2_p: row.chi2_p,
      wasserstein_norm: row.wasserstein_norm,
      ks_d: row.ks_d,
      ks_p: row.ks_p,
      null_rate_ref: row.null_rate_ref,
      null_rate_cur: row.null_rate_cur,
      zero_rate_ref: row.zero_rate_ref,
      zero_rate_cur: row.zero_rate_cur,
      new_category_share: row.new_category_share,
    },
  ]
}

/** The weekday first, as everywhere. */
const byReference = (a: FiguresReport, b: FiguresReport): number =>
  a.reference === b.reference ? 0 : a.reference === 'weekday' ? -1 : 1

function openAlert(row: StoredMetric): OpenAlert | null {
  const severity = severityIn(row.open_severity)
  if (severity === null || row.open_since === null || row.opened_at === null) return null
  return {
    severity,
    since: row.open_since,
    opened_at: row.opened_at,
    inhibited: row.open_inhibited === 1,
    calm: row.calm,
  }
}

const units = {
  distribution: 'psi',
  count: 'count',
  share: 'share',
  freshness: 'ms',
  set: 'fact',
  fact: 'fact',
} as const

function unitOf(metric: StoredMetric | undefined, snapshot: Snapshot | undefined): Unit {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows that we wrote
  if (metric !== undefined) return metric.unit as Unit
  return snapshot === undefined ? 'fact' : units[snapshot.shape]
}

function courseWindow(rows: CourseRows, labelled: boolean): CourseWindow {
  const [row] = rows ?? []
  if (row === undefined) return { verdict: null, alert: null, n_cur: null, labelled }
  return {
    verdict: verdictIn(row),
    alert: severityIn(row.open_severity),
    n_cur: Number(row.n_cur),
    labelled,
  }
}
