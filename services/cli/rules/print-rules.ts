import { effectText, percent } from './live-findings.ts'
import type { RulesReport, RuleView } from './rules-view.ts'
import { day, differingText, metricText, overlapText, sizeText } from './words.ts'

const overlapsMax = 3

/** A table of all rules, then a paragraph for each. */
export function printRules({ at, file, population, rules, unknown }: RulesReport): string {
  const people = population === null ? '' : `, ${sizeText(population)} profiles`
  const head = `${file}: ${rules.length} segments${people}, ${at.slice(0, 16).replace('T', ' ')} UTC\n`
  const missing = unknown.map((sentence) => `Not known. ${sentence}\n`)
  return [head, ...missing, table(rules), ...rules.map(paragraph)].join('\n')
}

function table(rules: readonly RuleView[]): string {
  const rows = [
    ['segment', 'owner', 'size', 'share', 'last change', 'last entry', 'review by', 'findings'],
    ...rules.map((rule) => [
      rule.segment,
      rule.owner,
      sizeText(rule.size),
      rule.share === null ? '–' : percent(rule.share),
      day(rule.last_change?.at ?? null),
      day(rule.last_entry),
      rule.review_by,
      String(rule.findings.length),
    ]),
  ]
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return `${rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n`
}

function paragraph(rule: RuleView): string {
  const lines: readonly (readonly [string, string | null])[] = [
    ['trigger', rule.trigger.in_words],
    ['objective', rule.objective],
    ['metric', metricText(rule.success_metric)],
    ['group', rule.group === null ? null : `${rule.group}, priority ${rule.priority}`],
    ['gives way', rule.gives_way_to.length === 0 ? null : `to ${rule.gives_way_to.join(', ')}`],
    ['cold start', `an empty profile is ${rule.cold_start ? '' : 'not '}in it`],
    ['overlap', overlaps(rule)],
    ['overridden', overridden(rule)],
    ['differs', differs(rule)],
    [
      'rule',
      rule.decided_by_this_rule === false
        ? 'present members entered by another one than this file has'
        : null,
    ],
    ['changed', changed(rule)],
    ...rule.findings.map((finding): readonly [string, string] => [
      finding.severity,
      `${finding.message}${finding.hint === null ? '' : ` (${finding.hint})`}`,
    ]),
  ]
  const shown = lines.flatMap(([title, text]) =>
    text === null ? [] : [`  ${title.padEnd(12)}${text}`],
  )
  return `${[`${rule.segment}: ${rule.description}`, ...shown].join('\n')}\n`
}

function overlaps({ overlaps: all }: RuleView): string | null {
  if (all === null || all.length === 0) return null
  const shown = all.slice(0, overlapsMax).map(overlapText)
  const more = all.length - shown.length
  return shown.join(', ') + (more > 0 ? `, and ${more} more` : '')
}

function overridden({ overridden_by: by }: RuleView): string | null {
  if (by === null || by.length === 0) return null
  return by
    .map(
      ({ estimated, segment, touched }) =>
        `${estimated ? 'about ' : ''}${sizeText(touched)} by ${segment}`,
    )
    .join(', ')
}

function differs({ differs: found }: RuleView): string | null {
  if (found === null) return null
  const free = found.most.filter(({ read }) => !read).slice(0, 3)
  if (free.length === 0) return null
  const most = free.map((one) => `${differingText(one)} ${effectText(one)}`).join(', ')
  return found.homogeneous ? `in nothing: nothing differs by more than ${most}` : most
}

function changed({ last_change: change }: RuleView): string | null {
  return change === null ? null : `${day(change.at)} by ${change.by}, version ${change.version}`
}
