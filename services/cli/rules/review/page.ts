import { type Html, html } from '../../page/escape.ts'
import { pageText } from '../../page/frame.ts'
import { effectText, percent } from '../live-findings.ts'
import { day, differingText, metricText, overlapText, sizeText } from '../words.ts'
import type { ReviewedRule, ReviewReport } from './review-view.ts'
import { estimateText, trendText, verdictText } from './words.ts'

const style = `:root { --bar: light-dark(#3767a6, #86b1ea) }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .2rem 1rem; margin: 0 } dt { color: var(--quiet) } dd { margin: 0; overflow-wrap: anywhere }
svg { height: 2.5rem; width: 13rem } rect { fill: var(--bar) } @media (max-width: 40rem) { dl { grid-template-columns: 1fr } }`

/** The quarterly page. */
export function reviewPage(review: ReviewReport): string {
  const { at, file, population, rules, since, unknown } = review
  const body = html`<h1>Review of segments</h1>
<p>${file}, ${day(since)} to ${day(at)}: ${rules.length} segments, ${sizeText(population)} profiles. Groups of fewer people than the file's smallest are shown as less than that.</p>
${unknown.length === 0 ? '' : html`<p class="quiet">Not known. ${unknown.join(' ')}</p>`}
<h2>What to do</h2>
${advice(review)}
<h2>All segments</h2>
${overview(rules)}
<h2>One by one</h2>
${rules.map(section)}
<h2>How it was measured</h2>
<p>A success metric is taken over the window after each entry that an event or time brought about (not a deploy or an import), over the window before it, and over windows of people who were not in the segment at any time, at moments drawn from those of the entries. In brackets: where the mean lies in 19 of 20 cases. Members chose themselves: a difference compares them with others, it does not say that the segment caused it. Sizes of the past are reckoned back from today's by entries and exits.</p>`
  return pageText({ title: `Review of segments, ${day(at)}`, style, body })
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
