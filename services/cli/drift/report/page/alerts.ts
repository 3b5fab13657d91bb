import type { AlertReport, DriftReport } from '../../../../drift/core/report/report-view.ts'
import { type Html, html } from '../../../page/escape.ts'
import { distanceText, momentText, percentText, probabilityText, sentenceText } from '../numbers.ts'
import { silenceText } from '../words.ts'
import { anchorOf, badge, wide } from './marks.ts'

export function openAlerts(report: DriftReport): Html {
  const { open } = report
  const told = open.filter((one) => one.told)
  const quiet = open.filter((one) => !one.told)
  if (open.length === 0) return html`<p>No alert is open.</p>`
  return html`${told.length === 0 ? html`<p>Nobody is told of any of these.</p>` : html`<div class="cards">${told.map((one) => card(one, report))}</div>`}
${quiet.length === 0 ? '' : html`<h3>On the record, nobody is told</h3><div class="cards">${quiet.map((one) => card(one, report))}</div>`}`
}

export const closedAlerts = ({ closed }: DriftReport): Html =>
  closed.length === 0
    ? html`<p>None.</p>`
    : wide(
        'Alerts that were closed',
        html`<table class="overview"><thead><tr><th scope="col">Closed</th><th scope="col">Worst</th><th scope="col" class="name">What</th><th scope="col">Opened</th><th scope="col">Told</th><th scope="col">Because of</th></tr></thead>
<tbody>${closed.map(
          (one) =>
            html`<tr><td class="nowrap">${momentText(one.closed_at ?? '')}</td><td>${badge(one.severity)}</td><td class="name">${sentenceText(one.words)}</td><td class="nowrap">${momentText(one.opened_at)}</td><td>${one.told ? one.owner : silenceText(one)}</td><td class="name">${causesText(one)}</td></tr>
`,
        )}</tbody></table>`,
      )

const causesText = ({ causes }: AlertReport): string =>
  causes.map(({ kind, words }) => `${kind}: ${sentenceText(words)}`).join('; ') || '–'

function card(alert: AlertReport, { as_of, mutes, subjects }: DriftReport): Html {
  const place = subjects.findIndex(({ subject }) => subject === alert.subject)
  const silence = silenceText(alert)
  const mute =
    alert.muted === '' ? mutes.find(({ subject }) => subject === alert.subject) : undefined
  const facts: readonly (readonly [string, string | Html])[] = [
    ...(silence === '' ? [] : [['Silent', silence] as const]),
    ...(mute === undefined
      ? []
      : [
          [
            'Silent',
            `muted since it was told, until ${momentText(mute.until)}: ${mute.reason}`,
          ] as const,
        ]),
    ['Opened', `${momentText(alert.opened_at)}, last changed ${momentText(alert.written_at)}`],
    ...(alert.closed_at === null || alert.closed_at <= as_of
      ? []
      : [['Closed', `later, ${momentText(alert.closed_at)}`] as const]),
    ...(alert.p === null ? [] : [['By chance', `p ${probabilityText(alert.p)}`] as const]),
    ['Read by', alert.segments.length === 0 ? 'no segment' : alert.segments.join(', ')],
    ['Owner', alert.owner],
    ['What to do', html`<code>${alert.runbook}</code>`],
  ]
  return html`<article class="card ${alert.severity}"><h3>${badge(alert.severity)} ${place < 0 ? alert.subject : html`<a href="#${anchorOf(place)}">${alert.subject}</a>`}</h3>
<p>${sentenceText(alert.words)}</p>
${alert.causes.length === 0 ? '' : html`<p>Explained by</p><ul>${alert.causes.map(({ kind, words }) => html`<li>${kind}: ${sentenceText(words)}</li>`)}</ul>`}
${alert.contributions.length === 0 ? '' : contributions(alert)}
<dl class="facts">${facts.map(([title, text]) => html`<dt>${title}</dt><dd>${text}</dd>`)}</dl></article>
`
}

const contributions = ({ contributions: all, subject }: AlertReport): Html =>
  wide(
    `Where ${subject} moved most`,
    html`<table><thead><tr><th scope="col">Moved most</th><th scope="col" class="number">Before</th><th scope="col" class="number">After</th><th scope="col" class="number">Part of the PSI</th></tr></thead>
<tbody>${all.map(({ after, before, bin, psi }) => html`<tr><th scope="row" class="name plain">${bin}</th><td class="number">${percentText(before)}</td><td class="number">${percentText(after)}</td><td class="number">${distanceText(psi)}</td></tr>`)}</tbody></table>`,
  )
