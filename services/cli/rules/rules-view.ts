import type { Finding } from '#runtime/definition/findings.ts'
import type { SegmentDefinition } from '#runtime/definition/schema.ts'
import type { GroupSizeJson } from '#runtime/groups/index.ts'
import type { RuleChange } from './facts.ts'

/** What `tributary rules` says of one segment. Null: not known, and `unknown` of the report says why. */
export interface RuleView {
  readonly segment: string
  readonly description: string
  readonly owner: string
  readonly objective: string
  readonly purpose: string
  readonly trigger: {
    readonly enter: string
    readonly exit: string | null
    readonly min_stay: string | null
    /** The same for people. */
    readonly in_words: string
  }
  readonly success_metric: SegmentDefinition['success_metric']
  readonly group: string | null
  readonly priority: number
  /** Segments of its group that come before it: whom they have, it does not have. First come first. */
  readonly gives_way_to: readonly string[]
  /** Whether somebody of whom nothing is known is a member. */
  readonly cold_start: boolean
  readonly review_by: string
  /** Negative: so many days from now. */
  readonly review_overdue_days: number
  readonly size: GroupSizeJson | null
  readonly share: number | null
  /** Whether present members were decided by the rule of the file; null: nobody is in it. */
  readonly decided_by_this_rule: boolean | null
  readonly last_change: RuleChange | null
  /** Null where too few ever entered, too. */
  readonly last_entry: string | null
  readonly ever_entered: boolean | null
  readonly overlaps: readonly Overlap[] | null
  /** Segments of its group that take people from it. */
  readonly overridden_by: readonly OverriddenBy[] | null
  /** null: too few members, or others, to compare. */
  readonly differs: DiffersView | null
  readonly findings: readonly Finding[]
}

export interface Overlap {
  readonly segment: string
  /** null: not told, since who knows the sizes could count the few that are in one of them alone. */
  readonly both: GroupSizeJson | null
  /** Members in both, of those in either. */
  readonly jaccard: number | null
  /** Members of this segment who are in the other, too. */
  readonly contained: number | null
}

export interface OverriddenBy {
  readonly segment: string
  /** People whom both want; of a sample, reckoned up to all. */
  readonly touched: GroupSizeJson
  readonly estimated: boolean
}

export interface DiffersView {
  /** The strongest differences in what the rules don't read, and the strongest in what they do; the strongest first. */
  readonly most: readonly {
    readonly name: string
    readonly measure: 'cliffs_delta' | 'cohens_h'
    readonly effect: number
    readonly value: string | null
    readonly read: boolean
  }[]
  readonly homogeneous: boolean
}

export interface RulesReport {
  readonly file: string
  readonly at: string
  readonly population: GroupSizeJson | null
  readonly rules: readonly RuleView[]
  /** What could not be found out, and why; sentences. */
  readonly unknown: readonly string[]
}
