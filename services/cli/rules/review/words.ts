import type { SegmentDefinition } from '#runtime/definition/schema.ts'
import { sizeText } from '../words.ts'
import type { Estimate, MetricVerdict, ReviewedRule } from './review-view.ts'

const verdicts: Readonly<Record<MetricVerdict, string>> = {
  better: 'better than elsewhere',
  worse: 'worse than elsewhere',
  no_clear_difference: 'no clear difference from elsewhere',
  too_few: 'too few people to compare',
  nobody_entered: 'nobody entered long enough ago',
}

export const verdictText = (verdict: MetricVerdict): string => verdicts[verdict]

/** `12.5 % (11.0 to 14.0)` for a rate, `1.25 (1.10 to 1.40)` for the others. */
export function estimateText(
  of: Estimate | null,
  { aggregation }: Pick<SegmentDefinition['success_metric'], 'aggregation'>,
): string {
  if (of === null) return '–'
  const show = (value: number): string =>
    aggregation === 'rate' ? (value * 100).toFixed(1) : String(Number(value.toPrecision(3)))
  const unit = aggregation === 'rate' ? ' %' : ''
  return `${show(of.mean)}${unit} (${show(of.low)} to ${show(of.high)})`
}

/** The metric in one line. */
export function measuredText(rule: ReviewedRule): string {
  const { metric, success_metric: asked } = rule
  if (metric.after === null) return verdictText(metric.verdict)
  const of = (estimate: Estimate | null): string => estimateText(estimate, asked)
  return `${of(metric.after)} after ${sizeText(metric.entries)} entries, ${of(metric.before)} before them, ${of(metric.elsewhere)} elsewhere (${sizeText(metric.others)} people): ${verdictText(metric.verdict)}`
}

/** `1,200 → 1,450`, or what of it is known. */
export const trendText = ({ size, size_then: then }: ReviewedRule): string =>
  then === null ? sizeText(size) : `${sizeText(then)} → ${sizeText(size)}`
