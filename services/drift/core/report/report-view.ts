import type { Contribution } from '../run/contributions.ts'
import type { Verdict } from '../verdict/judge.ts'
import type { Severity } from '../watch/assess.ts'
import type { ReferenceName, SubjectKind } from '../watch/signal.ts'

/** What is known of drift at the end of one window. Times are ISO 8601. */
export interface DriftReport {
  readonly as_of: string
  readonly window_from: string
  readonly window_ms: number
  /** Ends of the windows that courses and trends are of, oldest first; the last is `as_of`. */
  readonly windows: readonly string[]
  /** Subjects by what this window says of them, whether or not it is an alert yet. */
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** Worst first. */
  readonly subjects: readonly SubjectReport[]
  /** Open at the end of the window: those that somebody is told of first, worst first. */
  readonly open: readonly AlertReport[]
  /** Closed within `windows`, newest first. */
  readonly closed: readonly AlertReport[]
  readonly baselines: readonly BaselineReport[]
  /** Incidents and campaigns whose windows are drawn or compared with here. */
  readonly labels: readonly LabelReport[]
  /** In force when the report was made, or at the time that it was asked for. */
  readonly mutes: readonly MuteReport[]
}

export interface SubjectReport {
  /** kind:name */
  readonly subject: string
  readonly kind: SubjectKind
  readonly name: string
  /** What this window says. */
  readonly verdict: Verdict
  /** Of insufficient_data: what is missing. */
  readonly why: string | null
  /** The worse of the verdict and of its alert that is open. */
  readonly standing: Verdict
  readonly alert: OpenAlert | null
  /** What was news in the last three windows, newest last. */
  readonly recent: readonly (Severity | null)[]
  readonly unit: Unit
  readonly before: number | null
  readonly after: number | null
  readonly p: number | null
  /** How large the change is, in units of the smallest that is news. */
  readonly strength: number
  /** Which reference the verdict is of; null: there is one only, or nothing moved. */
  readonly decided_by: ReferenceName | null
  readonly n_cur: number
  readonly figures: readonly FiguresReport[]
  readonly evidence: Evidence
  readonly course: readonly CourseWindow[]
  /** The first is what the verdict is of. Empty: too few windows to judge anything by. */
  readonly trends: readonly Trend[]
}

export type Unit = 'psi' | 'count' | 'share' | 'ms' | 'fact'

export interface OpenAlert {
  readonly severity: Severity
  readonly since: string
  readonly opened_at: string
  /** False: an upstream alert explains it. */
  readonly inhibited: boolean
  /** Windows in a row that were calm: three close it. */
  readonly calm: number
}

/** Against one reference, as the run stored them. */
export interface FiguresReport {
  readonly reference: ReferenceName
  readonly n_ref: number
  /** Windows that alerts left out of the reference. */
  readonly left_out: number
  readonly n_cur: number
  readonly psi_jeffreys: number | null
  readonly psi_debiased: number | null
  readonly js_distance_base2: number | null
  readonly chi2_p: number | null
  readonly wasserstein_norm: number | null
  readonly ks_d: number | null
  readonly ks_p: number | null
  readonly null_rate_ref: number | null
  readonly null_rate_cur: number | null
  readonly zero_rate_ref: number | null
  readonly zero_rate_cur: number | null
  readonly new_category_share: number | null
}

/** What was counted, side by side. */
export type Evidence =
  | DistributionEvidence
  | CountEvidence
  | ShareEvidence
  | FreshnessEvidence
  | SetEvidence
  | FactEvidence
  | { readonly shape: 'none' }

export interface DistributionEvidence {
  readonly shape: 'distribution'
  readonly values: 'numeric' | 'categorical' | 'unknown'
  readonly mean: number | null
  readonly sd: number | null
  readonly references: readonly DistributionReference[]
  readonly bins: readonly BinReport[]
}

export interface DistributionReference {
  readonly reference: ReferenceName
  /** How many windows it is made of, and their rows. */
  readonly windows: number
  readonly rows: number
  readonly mean: number | null
  /** False: the figures are of other rows, since labels have changed, or alerts left out other windows than it seems from here. */
  readonly as_judged: boolean
}

export interface BinReport {
  readonly bin: string
  readonly kind: 'values' | 'zero' | 'other' | 'new' | 'null'
  /** Rows; null: there is no such reference. */
  readonly current: number
  readonly weekday: number | null
  readonly pinned: number | null
  /** Part of the PSI against the reference that the verdict is of, or the first one. */
  readonly psi: number | null
}

export interface CountEvidence {
  readonly shape: 'count'
  readonly current: number
  /** The same weekday of earlier weeks, oldest first. */
  readonly weekday: readonly { readonly as_of: string; readonly count: number }[]
}

export interface ShareEvidence {
  readonly shape: 'share'
  readonly hits: number
  readonly of: number
  readonly references: readonly {
    /** recent: all windows of four weeks, while there is none of the same weekday. */
    readonly reference: ReferenceName | 'recent'
    readonly windows: number
    readonly hits: number
    readonly of: number
  }[]
}

/** Of a stage of the pipeline itself: how long records waited there. */
export interface FreshnessEvidence {
  readonly shape: 'freshness'
  readonly last_at: string | null
  readonly longest_gap_ms: number
  /** How many windows of four weeks say what is usual. */
  readonly windows: number
}

export interface SetEvidence {
  readonly shape: 'set'
  readonly ids: readonly number[]
  /** Of them those that were never seen before; null: there is no window that is old enough to tell. */
  readonly new: readonly number[] | null
}

export interface FactEvidence {
  readonly shape: 'fact'
  readonly holds: boolean
}

/** One window of a subject. */
export interface CourseWindow {
  /** null: it was not judged in that window. */
  readonly verdict: Verdict | null
  readonly alert: Severity | null
  readonly n_cur: number | null
  /** A label that leaves the window out of the references. */
  readonly labelled: boolean
}

/** Figures of the windows, in their order; null: there is none. */
export interface Trend {
  readonly what: Unit | 'nulls'
  readonly series: readonly {
    readonly name: ReferenceName | 'window' | 'usual'
    readonly values: readonly (number | null)[]
  }[]
  /** From where on, or below where, it is large enough to be news. */
  readonly limits: readonly {
    readonly severity: Severity
    readonly side: 'above' | 'below'
    readonly values: readonly (number | null)[]
  }[]
}

export interface AlertReport {
  readonly subject: string
  readonly severity: Severity
  /** False: an upstream alert explains it, or it is muted. */
  readonly told: boolean
  readonly inhibited: boolean
  /** Reason of the mute that was in force; empty: none. */
  readonly muted: string
  readonly words: string
  readonly since: string
  readonly opened_at: string
  readonly closed_at: string | null
  /** End of the window that last changed it: it opened, worsened or closed it. */
  readonly written_at: string
  readonly reference: string
  readonly before: number | null
  readonly after: number | null
  readonly unit: string
  readonly p: number | null
  readonly contributions: readonly Contribution[]
  readonly causes: readonly { readonly kind: string; readonly words: string }[]
  readonly segments: readonly string[]
  readonly owner: string
  readonly runbook: string
}

export interface BaselineReport {
  readonly id: string
  readonly edges_id: string
  readonly from: string
  readonly to: string
  readonly created_at: string
  readonly pinned_at: string | null
  /** The one that this window was judged with. */
  readonly in_force: boolean
  /** Its last window is over: it is compared with. */
  readonly over: boolean
  /** Pinned since: the next window will be judged with it. */
  readonly next: boolean
  readonly by: string
  readonly reason: string
}

export interface LabelReport {
  readonly id: string
  readonly kind: string
  readonly from: string
  readonly to: string
  /** kind:name; empty: everything. */
  readonly subjects: readonly string[]
  readonly words: string
  readonly by: string
}

export interface MuteReport {
  readonly subject: string
  readonly at: string
  readonly until: string
  readonly reason: string
  readonly by: string
}
