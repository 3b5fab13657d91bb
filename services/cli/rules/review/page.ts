import { Html, html } from '../../privacy/access/page/escape.ts'
import { effectText, percent } from '../live-findings.ts'
import { day, differingText, metricText, overlapText, sizeText } from '../words.ts'
import type { ReviewedRule, ReviewReport } from './review-view.ts'
import { estimateText, trendText, verdictText } from './words.ts'

const style = `:root { color-scheme: light dark; --text: light-dark(#1b1b1b, #e8e8e8); --back: light-dark(#fff, #161616); --line: light-dark(#ddd, #3a3a3a); --quiet: light-dark(#5c5c5c, #a5a5a5); --bar: light-dark(#3767a6, #86b1ea) }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: var(--text); background: var(--back) }
h2 { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem } h3 { margin: 2rem 0 .3rem } .quiet { color: var(--quiet) } .wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere } th { font-weight: 600 }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } dl { display: grid; grid-template-columns: 9rem 1fr; gap: .2rem 1rem; margin: 0 } dt { color: var(--quiet) } dd { margin: 0; overflow-wrap: anywhere }
svg { height: 2.5rem; width: 13rem } rect { fill: var(--bar) } code { font-size: .9em } @media (max-width: 40rem) { dl { grid-template-columns: 1fr } }
@media print { :root { color-scheme: light } body { margin: 0; max-width: none; font-size: 10pt } section { break-inside: avoid } }`

/** The quarterly page: one file, no scripts, nothing loaded from anywhere, every value as text. */
export function reviewPage(review: ReviewReport): string {
  const { at, file, population, rules, since, unknown } = review
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Review of segments, ${day(at)}</title>
<style>${new Html(style)}</style>
</head>
<body>
<h1>Review of segments</h1>
<p>${file}, ${day(since)} to ${day(at)}: ${rules.length} segments, ${sizeText(population)} profiles. Groups of fewer people than the file's smallest are shown as less than that.</p>
${unknown.length === 0 ? '' : html`<p class="quiet">Not known. ${unknown.join(' ')}</p>`}
<h2>What to do</h2>
${advice(review)}
<h2>All segments</h2>
${overview(rules)}
<h2>One by one</h2>
${rules.map(section)}
<h2>How it was measured</h2>
<p>A success metric is taken over the window after each entry that an event or time brought about (not a deploy or an import), over the window before it, and over windows of people who were not in the segment at any time, at moments drawn from those of the entries. In brackets: where the mean lies in 19 of 20 cases. Members chose themselves: a difference compares them with others, it does not say that the segment caused it. Sizes of the past are reckoned back from today's by entries and exits.</p>
</body>
</html>
`.text
}

function advice({ advice: all }: ReviewReport): Html {
  if (all.length === 0) return html`<p>Nothing to retire and nothing to decide.</p>`
  return html`<ul>${all.map(
    ({ reasons, segment, what }) =>
      html`<li><strong>${what === 'retire' ? 'Retire' : 'Decide about'} ${segment}</strong>: ${reasons.join('; ')}.</li>`,
  )}</ul>`
}

const overview = (rules: readonly ReviewedRule[]): Html =>
  html`<div class="wide"><table><thead><tr><th scope="col">Segment</th><th scope="col">Owner</th><th scope="col" class="number">Size</th><th scope="col" class="number">Entries</th><th scope="col" class="number">Exits</th><th scope="col">Last entry</th><th scope="col">Success metric</th><th scope="col">Review by</th></tr></thead>
<tbody>${rules.map(
    (
      rule,
    ) => html`<tr><td>${rule.segment}</td><td>${rule.owner}</td><td class="number">${trendText(rule)}</td><td class="number">${sizeText(rule.entries)}</td><td class="number">${sizeText(rule.exits)}</td><td>${day(rule.last_entry)}</td><td>${verdictText(rule.metric.verdict)}</td><td>${rule.review_by}</td></tr>
`,
  )}</tbody></table></div>`

function section(rule: ReviewedRule): Html {
  const { metric, success_metric: asked } = rule
  const rows: readonly (readonly [string, string | Html | null])[] = [
    ['Objective', rule.objective],
    ['Trigger', rule.trigger.in_words],
    ['Owner', rule.owner],
    ['Purpose', rule.purpose],
    [
      'Size',
      html`${trendText(rule)}${rule.share === null ? '' : `, ${percent(rule.share)} of all`} ${chart(rule)}`,
    ],
    [
      'Last change',
      rule.last_change === null ? null : `${day(rule.last_change.at)} by ${rule.last_change.by}`,
    ],
    ['Metric', metricText(asked)],
    [
      'After an entry',
      metric.after === null ? verdictText(metric.verdict) : estimateText(metric.after, asked),
    ],
    ['Before it', metric.before === null ? null : estimateText(metric.before, asked)],
    [
      'Elsewhere',
      metric.elsewhere === null
        ? null
        : `${estimateText(metric.elsewhere, asked)}: ${verdictText(metric.verdict)}`,
    ],
    ['Overlap', overlap(rule)],
    [
      'Taken by',
      rule.overridden_by === null || rule.overridden_by.length === 0
        ? null
        : rule.overridden_by
            .map(
              ({ estimated, segment, touched }) =>
                `${segment} (${estimated ? 'about ' : ''}${sizeText(touched)})`,
            )
            .join(', '),
    ],
    ['Members differ', differs(rule)],
  ]
  return html`<section><h3>${rule.segment}</h3>
<p class="quiet">${rule.description}</p>
<dl>${rows.flatMap(([title, text]) => (text === null ? [] : [html`<dt>${title}</dt><dd>${text}</dd>`]))}</dl>
${rule.findings.length === 0 ? '' : html`<ul>${rule.findings.map(({ hint, message }) => html`<li>${message}${hint === null ? '' : html` <span class="quiet">(${hint})</span>`}</li>`)}</ul>`}</section>
`
}

function overlap({ overlaps }: ReviewedRule): string | null {
  if (overlaps === null || overlaps.length === 0) return null
  return overlaps.slice(0, 5).map(overlapText).join(', ')
}

function differs({ differs: found }: ReviewedRule): string | null {
  const free = found?.most.filter(({ read }) => !read) ?? []
  if (free.length === 0) return null
  const most = free
    .slice(0, 3)
    .map((one) => `${differingText(one)} (${effectText(one)})`)
    .join(', ')
  return found?.homogeneous === true ? `in nothing by more than ${most}` : `most in ${most}`
}

/** Sizes at the end of each week as bars; a size that is not told has none. */
function chart({ segment, size_then: then, weeks }: ReviewedRule): Html | '' {
  if (weeks === null || then === null) return ''
  const sizes = weeks.map(({ size }) => size.size ?? 0)
  const most = Math.max(...sizes)
  if (most === 0) return ''
  const bars = sizes.map((size, index) => {
    const height = (size / most) * 38
    return html`<rect x="${index * 10}" y="${(40 - height).toFixed(1)}" width="8" height="${height.toFixed(1)}"/>`
  })
  return html`<svg viewBox="0 0 ${weeks.length * 10} 40" preserveAspectRatio="none" role="img" aria-label="Size of ${segment} by week">${bars}</svg>`
}
