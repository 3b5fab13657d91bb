import type { SegmentDefinition } from '#runtime/definition/schema.ts'
import { groupSize, groupSizeJson, type GroupSizeJson } from '#runtime/groups/index.ts'
import type { Mean, MetricFacts, RuleFacts, SegmentFacts } from '../facts.ts'
import type { RulesReport } from '../rules-view.ts'
import { adviceOf } from './advice.ts'
import type {
  Estimate,
  MetricVerdict,
  MetricView,
  ReviewedRule,
  ReviewReport,
  Week,
} from './review-view.ts'

/** Two-sided, 19 of 20. */
const z = 1.96

export function buildReview(
  report: RulesReport,
  facts: RuleFacts,
  metrics: ReadonlyMap<string, MetricFacts | null>,
  since: Date,
): ReviewReport {
  const { least } = facts
  const isKept = facts.keptSince !== null && facts.keptSince <= since.toISOString()
  const rules = report.rules.map((rule): ReviewedRule => {
    const own = facts.segments.get(rule.segment)
    const told = (size: number): GroupSizeJson => groupSizeJson(groupSize(size, least))
    const weeks = own === undefined ? [] : sizesByWeek(own)
    const last = own?.lastEntry ?? null
    return {
      ...rule,
      entries: told(own?.entries ?? 0),
      exits: told(own?.exits ?? 0),
      // A table that begins within the span may have lost what came before, or there was nothing before.
      size_then:
        own === undefined || !isKept
          ? null
          : told(Math.max(0, own.members - own.entries + own.exits)),
      weeks: weeks.map(({ from, size }): Week => ({ from, size: told(size) })),
      metric: metricView(rule.success_metric, metrics.get(rule.segment) ?? null, least),
      dead: last !== null && last < since.toISOString(),
    }
  })
  return { ...report, since: since.toISOString(), rules, advice: adviceOf(rules, since) }
}

/** Back from today's size, week by week: what entered since was not there, what left since was. */
function sizesByWeek({ members, weeks }: SegmentFacts): readonly { from: string; size: number }[] {
  let size = members
  return weeks
    .toReversed()
    .map(({ entries, exits, from }) => {
      const atEnd = size
      size = Math.max(0, size - entries + exits)
      return { from, size: atEnd }
    })
    .toReversed()
}

const estimate = ({ error, mean }: Mean): Estimate => ({
  mean,
  low: mean - z * error,
  high: mean + z * error,
})

export function metricView(
  { direction }: Pick<SegmentDefinition['success_metric'], 'direction'>,
  facts: MetricFacts | null,
  least: number,
): MetricView {
  const entries = groupSize(facts?.entries ?? 0, least)
  const others = groupSize(facts?.others ?? 0, least)
  const sizes = { entries: groupSizeJson(entries), others: groupSizeJson(others) }
  const nothing = { after: null, before: null, change: null, elsewhere: null }
  if (facts === null) return { ...sizes, ...nothing, verdict: 'nobody_entered' }
  if (entries.kind === 'below') return { ...sizes, ...nothing, verdict: 'too_few' }
  const measured = {
    after: estimate(facts.after),
    before: estimate(facts.before),
    change: estimate(facts.change),
  }
  if (others.kind === 'below') return { ...sizes, ...measured, elsewhere: null, verdict: 'too_few' }
  return {
    ...sizes,
    ...measured,
    elsewhere: estimate(facts.elsewhere),
    verdict: verdictOf(direction, facts),
  }
}

function verdictOf(
  direction: SegmentDefinition['success_metric']['direction'],
  { after, elsewhere }: MetricFacts,
): MetricVerdict {
  const difference = (after.mean - elsewhere.mean) * (direction === 'up' ? 1 : -1)
  const error = Math.hypot(after.error, elsewhere.error)
  if (Math.abs(difference) <= z * error) return 'no_clear_difference'
  return difference > 0 ? 'better' : 'worse'
}
