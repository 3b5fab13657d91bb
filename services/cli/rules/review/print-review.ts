import { day, metricText, sizeText } from '../words.ts'
import type { Advice, ReviewedRule, ReviewReport } from './review-view.ts'
import { measuredText, trendText } from './words.ts'

/** The quarter in text: what to do first, then each segment. */
export function printReview(review: ReviewReport): string {
  const { advice, at, file, population, rules, since, unknown } = review
  const head = `Review of ${file}, ${day(since)} to ${day(at)}: ${rules.length} segments, ${sizeText(population)} profiles\n`
  const missing = unknown.map((sentence) => `Not known. ${sentence}\n`)
  const todo =
    advice.length === 0 ? ['Nothing to retire and nothing to decide.\n'] : advice.map(advised)
  return [head, ...missing, ...todo, ...rules.map(paragraph)].join('\n')
}

const advised = ({ reasons, segment, what }: Advice): string =>
  `${[what === 'retire' ? `Retire ${segment}` : `Decide about ${segment}`, ...reasons.map((reason) => `  - ${reason}`)].join('\n')}\n`

function paragraph(rule: ReviewedRule): string {
  const lines: readonly (readonly [string, string])[] = [
    ['trigger', rule.trigger.in_words],
    ['owner', `${rule.owner}, review by ${rule.review_by}`],
    ['size', trendText(rule)],
    [
      'entries',
      `${sizeText(rule.entries)}, exits ${sizeText(rule.exits)}, last entry ${day(rule.last_entry)}`,
    ],
    ['metric', metricText(rule.success_metric)],
    ['measured', measuredText(rule)],
  ]
  return `${[`${rule.segment}: ${rule.objective}`, ...lines.map(([title, text]) => `  ${title.padEnd(10)}${text}`)].join('\n')}\n`
}
