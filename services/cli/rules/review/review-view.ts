import type { GroupSizeJson } from '#runtime/groups/index.ts'
import type { RulesReport, RuleView } from '../rules-view.ts'

/** A mean with the bounds between which it lies in 19 of 20 cases. */
export interface Estimate {
  readonly mean: number
  readonly low: number
  readonly high: number
}

export type MetricVerdict =
  | 'better'
  | 'worse'
  | 'no_clear_difference'
  | 'too_few'
  | 'nobody_entered'

export interface MetricView {
  /** Entries by an event or by time alone whose window is over. */
  readonly entries: GroupSizeJson
  /** Per entry, in the window after it and in the one before. Null: too few people. */
  readonly after: Estimate | null
  readonly before: Estimate | null
  readonly change: Estimate | null
  /** People who were not in it at any time. */
  readonly others: GroupSizeJson
  readonly elsewhere: Estimate | null
  /** After an entry against elsewhere, in the direction that the metric wants. It compares; it proves no cause. */
  readonly verdict: MetricVerdict
}

export interface Week {
  readonly from: string
  /** At the end of the week, reckoned back from now. */
  readonly size: GroupSizeJson
}

export interface Advice {
  readonly segment: string
  /** `retire`: nothing would be missed; `decide`: somebody has to look. */
  readonly what: 'retire' | 'decide'
  readonly reasons: readonly string[]
}

export interface ReviewedRule extends RuleView {
  readonly entries: GroupSizeJson
  readonly exits: GroupSizeJson
  /** Null: transitions are kept for less than the span. */
  readonly size_then: GroupSizeJson | null
  readonly weeks: readonly Week[] | null
  readonly metric: MetricView
  readonly dead: boolean
}

export interface ReviewReport extends Omit<RulesReport, 'rules'> {
  readonly since: string
  readonly rules: readonly ReviewedRule[]
  readonly advice: readonly Advice[]
}
