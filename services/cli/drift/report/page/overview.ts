import type { DriftReport, SubjectReport } from '../../../../drift/core/report/report-view.ts'
import { standings } from '../../../../drift/core/report/standing.ts'
import { type ReferenceName, referenceNames } from '../../../../drift/core/watch/signal.ts'
import { type Html, html } from '../../../page/escape.ts'
import { countText, momentText, probabilityText } from '../numbers.ts'
import { changeText, rowsText, verdictText } from '../words.ts'
import { anchorOf, badge, titleOf, wide } from './marks.ts'
import { sparkline } from './trend.ts'

const filters = [
  ['show-all', 'all'],
  ['show-news', 'news alone'],
  ['show-unknown', 'insufficient data'],
  ['show-ok', 'ok'],
] as const

/** Every subject in a row, worst first. */
export function overview(report: DriftReport): Html {
  const places = new Map(report.subjects.map((one, place) => [one, place]))
  return html`<fieldset><legend>Show</legend>${filters.map(([id, text], place) => html`<label><input type="radio" name="show" id="${id}"${place === 0 ? checked : ''}> ${text}</label>`)}</fieldset>
${wide(
  'All subjects by severity',
  html`<table class="overview"><thead><tr><th scope="col" rowspan="2">This window</th><th scope="col" rowspan="2" class="name">Subject</th><th scope="col" rowspan="2">What moved</th><th scope="colgroup" colspan="3" class="rows">Rows</th><th scope="col" rowspan="2" class="number">p</th><th scope="col" rowspan="2">${report.windows.length === 1 ? 'One window' : `${report.windows.length} windows`}</th><th scope="col" rowspan="2">Alert</th></tr>
<tr><th scope="col" class="number">now</th><th scope="col" class="number">weekday</th><th scope="col" class="number">pinned</th></tr></thead>
${standings.map((standing) => {
  const own = report.subjects.filter((one) => one.standing === standing)
  return own.length === 0
    ? html``
    : html`<tbody class="${standing} is-${standing}"><tr><th colspan="9" scope="rowgroup">${own.length} ${verdictText(standing)}</th></tr>
${own.map((one) => row(one, report, places.get(one) ?? 0))}</tbody>`
})}</table>`,
)}`
}

const checked = html` checked`

const row = (subject: SubjectReport, report: DriftReport, place: number): Html =>
  html`<tr><td>${badge(subject.verdict)}</td><th scope="row" class="name plain"><a href="#${anchorOf(place)}">${titleOf(subject)}</a></th><td>${changeText(subject)}</td><td class="number">${rowsText(subject)}</td>${referenceNames.map((name) => html`<td class="number">${countText(rowsOf(subject, name))}</td>`)}<td class="number">${probabilityText(subject.p)}</td><td>${sparkline(subject, report)}</td><td>${alertText(subject)}</td></tr>
`

const rowsOf = ({ figures, unit }: SubjectReport, name: ReferenceName): number | null =>
  unit === 'fact' ? null : (figures.find(({ reference }) => reference === name)?.n_ref ?? null)

const alertText = ({ alert }: SubjectReport): Html | string =>
  alert === null
    ? '–'
    : html`${alert.severity} since <span class="nowrap">${momentText(alert.since).slice(0, 10)}</span>${alert.inhibited ? ', inhibited' : ''}`
