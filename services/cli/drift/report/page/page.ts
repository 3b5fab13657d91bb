import type { DriftReport } from '../../../../drift/core/report/report-view.ts'
import { standings } from '../../../../drift/core/report/standing.ts'
import { type Html, html } from '../../../page/escape.ts'
import { pageText } from '../../../page/frame.ts'
import { durationText, momentText } from '../numbers.ts'
import { verdictSigns, verdictText } from '../words.ts'
import { closedAlerts, openAlerts } from './alerts.ts'
import { byHand } from './by-hand.ts'
import { overview } from './overview.ts'
import { style } from './style.ts'
import { subjectSection } from './subject.ts'

/** One window of everything that is watched. */
export function driftPage(report: DriftReport): string {
  const { as_of: asOf, subjects, window_from: from, window_ms: windowMs } = report
  const body = html`<h1>Drift</h1>
<p>Window of ${durationText(windowMs)}, ${momentText(from)} to ${momentText(asOf)} UTC: ${subjects.length} subjects, each against the same weekday of four weeks and against the pinned baseline.</p>
${counts(report)}
<h2>Open alerts</h2>
${openAlerts(report)}
<h2>All subjects by severity</h2>
${overview(report)}
<h2>One by one</h2>
${reading}
${subjects.map((subject, place) => subjectSection(subject, report, place))}
<h2>Alerts that were closed within these windows</h2>
${closedAlerts(report)}
<h2>What people said</h2>
${byHand(report)}`
  return pageText({ title: `Drift, ${momentText(asOf)}`, style, body })
}

function counts({ open, verdicts }: DriftReport): Html {
  const told = open.filter((one) => one.told).length
  return html`<ul class="counts">${standings.map(
    (verdict) =>
      html`<li class="${verdict}"><b>${verdicts[verdict]}</b> <span aria-hidden="true">${verdictSigns[verdict]}</span> ${verdictText(verdict)}</li>`,
  )}<li><b>${open.length}</b> alerts open, ${told} told</li></ul>`
}

const reading = html`<details class="more"><summary>How to read this</summary>
<p>Verdicts are of this window alone; an alert takes two of three windows, and three calm ones to close. A distribution is news if it moved significantly among all that were tested, and its debiased PSI is 0.05 (info), 0.10 (warn) or 0.25 (critical) at least; what is near the pinned baseline is none. n: rows that a figure is of. Insufficient data is no ok: nobody knows.</p>
<p>Trends: dotted lines are where news begins. The bars below are what each window said, the higher the worse, hollow where nobody knows; the line below them is there while an alert was open. A shaded window is labelled, and left out of what others are compared with. Spreads: the bars are, from above, this window, the same weekday, and the pinned baseline as an outline, in shares of their rows.</p></details>`
