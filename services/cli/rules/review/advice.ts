import type { FindingCode } from '#runtime/definition/findings.ts'
import type { Advice, ReviewedRule } from './review-view.ts'

/** Findings that by themselves say that nothing would be missed. */
const useless: ReadonlySet<FindingCode> = new Set([
  'rule_unsatisfiable',
  'rule_duplicate',
  'rule_shadowed',
  'segments_alike',
])
/** Findings that somebody has to think about. */
const doubtful: ReadonlySet<FindingCode> = new Set([
  'rule_always_true',
  'rule_contradiction',
  'segment_too_small',
  'segment_homogeneous',
])

/** What to retire and what to decide about, with reasons; those to retire first. */
export function adviceOf(rules: readonly ReviewedRule[], since: Date): readonly Advice[] {
  const all = rules.flatMap((rule): Advice[] => {
    const retire = [...found(rule, useless), ...silent(rule, since)]
    const decide = [...found(rule, doubtful), ...unproven(rule)]
    if (retire.length + decide.length === 0) return []
    return [
      {
        segment: rule.segment,
        what: retire.length > 0 ? 'retire' : 'decide',
        reasons: [...retire, ...decide],
      },
    ]
  })
  return [
    ...all.filter(({ what }) => what === 'retire'),
    ...all.filter(({ what }) => what === 'decide'),
  ]
}

const found = ({ findings }: ReviewedRule, codes: ReadonlySet<FindingCode>): readonly string[] =>
  findings
    .filter(({ code, severity }) => codes.has(code) && severity !== 'info')
    .map(({ message }) => message)

/** Nobody comes any more. A rule that changed within the span has had no chance yet. */
function silent(
  {
    dead,
    decided_by_this_rule: decided,
    ever_entered: ever,
    last_change: change,
    last_entry: entry,
  }: ReviewedRule,
  since: Date,
): readonly string[] {
  if (change !== null && change.at >= since.toISOString()) return []
  if (dead)
    return [
      entry === null ? 'nobody entered in this time' : `nobody entered since ${entry.slice(0, 10)}`,
    ]
  if (ever !== false) return []
  return decided === null && change === null
    ? ['nobody ever entered it, if it was ever deployed']
    : ['nobody ever entered it']
}

function unproven({
  metric,
  review_overdue_days: days,
  owner,
  review_by,
}: ReviewedRule): readonly string[] {
  return [
    ...(days > 0 ? [`its review was due on ${review_by}, ${days} days ago: ask ${owner}`] : []),
    ...(metric.verdict === 'worse'
      ? ['its success metric is worse after an entry than among people who were never in it']
      : []),
    ...(metric.verdict === 'no_clear_difference'
      ? ['its success metric is no better after an entry than among people who were never in it']
      : []),
  ]
}
