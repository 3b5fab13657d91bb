import type { StoredAlert } from '../run/stored-alert.ts'
import type { Baseline } from '../store/baseline.ts'
import type { Edges } from '../store/edges.ts'
import type { LabelRow, MuteRow } from '../store/rows.ts'
import type { Snapshot } from '../store/snapshot.ts'
import type { KnownEpisode } from '../watch/episode.ts'
import type { Evidence } from './report-view.ts'

/** A row of `drift_metrics` as ClickHouse gives it: UInt64 as text or number. */
export interface StoredMetric extends StoredCourse {
  readonly baseline_id: string
  readonly edges_id: string
  readonly left_out: number | string
  readonly psi_jeffreys: number | null
  readonly js_distance_base2: number | null
  readonly chi2_p: number | null
  readonly wasserstein_norm: number | null
  readonly ks_d: number | null
  readonly ks_p: number | null
  readonly zero_rate_ref: number | null
  readonly zero_rate_cur: number | null
  readonly new_category_share: number | null
  readonly p: number | null
  readonly strength: number
  readonly recent: readonly string[]
  readonly open_since: string | null
  readonly opened_at: string | null
  readonly open_inhibited: number
  readonly calm: number
}

/** What of it is drawn window by window. */
export interface StoredCourse {
  readonly as_of: string
  readonly kind: string
  readonly name: string
  readonly reference: string
  readonly n_ref: number | string
  readonly n_cur: number | string
  readonly psi_debiased: number | null
  readonly null_rate_ref: number | null
  readonly null_rate_cur: number | null
  readonly before: number | null
  readonly after: number | null
  readonly unit: string
  readonly known: number
  readonly severity: string
  readonly open_severity: string
}

/** What was measured of a subject, and what is shown of it beside what it was compared with. */
export interface Measured {
  readonly snapshot: Snapshot
  readonly evidence: Evidence
}

/** All that is stored of one window, what it was compared with, and the windows before it. Times in milliseconds. */
export interface Stored extends StoredRows {
  /** By subject. */
  readonly measured: ReadonlyMap<string, Measured>
}

/** But for what was measured. */
export interface StoredRows {
  /** The moment that the report is of: what people said by then counts. */
  readonly at: number
  readonly asOf: number
  readonly windowMs: number
  /** Ends of the windows that are drawn, oldest first; the last is `asOf`. */
  readonly windows: readonly number[]
  readonly metrics: readonly StoredMetric[]
  readonly courses: readonly StoredCourse[]
  /** Alerts of the windows that are references. */
  readonly episodes: readonly KnownEpisode[]
  readonly edges: readonly Edges[]
  readonly baselines: readonly Baseline[]
  readonly labels: readonly LabelRow[]
  readonly mutes: readonly MuteRow[]
  readonly alerts: readonly StoredAlert[]
}

/** The one that the window was judged with. */
export const baselineOf = ({
  baselines,
  metrics,
}: Pick<Stored, 'baselines' | 'metrics'>): Baseline | null =>
  baselines.find(({ id }) => id === metrics[0]?.baseline_id) ?? null

/** There is no such window. `first`: end of the first one that there is; null: none was ever run. */
export interface NoWindow {
  readonly asOf: null
  readonly first: string | null
}
