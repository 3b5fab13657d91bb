import type { DriftReport, SubjectReport } from '../../../../drift/core/report/report-view.ts'
import { isNews } from '../../../../drift/core/report/standing.ts'
import { type Html, html } from '../../../page/escape.ts'
import { momentText } from '../numbers.ts'
import { changeText, rowsText } from '../words.ts'
import { evidence } from './evidence.ts'
import { figures } from './figures.ts'
import { anchorOf, badge, titleOf } from './marks.ts'
import { trendPicture, trendTable } from './trend.ts'

/** Everything of one subject. What is news is open, what is quiet is folded up; printed, all of it is there. */
export function subjectSection(subject: SubjectReport, report: DriftReport, place: number): Html {
  const { alert, standing, trends, verdict } = subject
  return html`<details class="subject ${standing} is-${standing}"${isNews(standing) ? open : ''}><summary>${badge(verdict)}<h3>${titleOf(subject)}</h3><span class="change">${changeText(subject)}${subject.unit === 'fact' ? '' : ` · n ${rowsText(subject)}`}</span></summary>
<div class="inner" id="${anchorOf(place)}">${alert === null ? '' : html`<p class="all">${badge(alert.severity)} alert open since ${momentText(alert.opened_at)}, first window ${momentText(alert.since)}${alert.inhibited ? '; inhibited, an upstream alert explains it' : ''}; calm for ${alert.calm} of the 3 windows that close it.</p>`}
<div>${trends.map((trend) => trendPicture(trend, subject, report))}${figures(subject)}</div>
${evidence(subject)}
${trends.length === 0 ? '' : trendTable(subject, report)}</div></details>
`
}

const open = html` open`
