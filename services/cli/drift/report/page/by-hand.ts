import type { DriftReport } from '../../../../drift/core/report/report-view.ts'
import { type Html, html } from '../../../page/escape.ts'
import { momentText } from '../numbers.ts'
import { wide } from './marks.ts'

type Cells = readonly (string | Html)[]

const list = (name: string, head: readonly string[], rows: readonly Cells[], none: string): Html =>
  rows.length === 0
    ? html`<h3>${name}</h3><p>${none}</p>`
    : html`<h3>${name}</h3>${wide(
        name,
        html`<table class="overview"><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
          (row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
        )}</tbody></table>`,
      )}`

const span = (from: string, to: string): string => `${momentText(from)} to ${momentText(to)}`

/** What people said: what is compared with, what is left out, of what nobody is told. */
export const byHand = ({ baselines, labels, mutes }: DriftReport): Html => html`${list(
  'Baselines',
  ['Baseline', 'Windows', 'State', 'By', 'Why'],
  baselines.map(({ by, from, id, in_force: inForce, next, over, reason, to }) => [
    id,
    span(from, to),
    inForce
      ? over
        ? 'in force, compared with'
        : 'in force, compared with once it is over'
      : next
        ? 'pinned since: in force from the next window on'
        : 'not in force',
    by,
    reason,
  ]),
  'None.',
)}
${list(
  'Labels',
  ['What', 'Kind', 'From, to', 'Of', 'By'],
  labels.map(({ by, from, kind, subjects, to, words }) => [
    words,
    kind,
    span(from, to),
    subjects.length === 0 ? 'everything' : subjects.join(', '),
    by,
  ]),
  'No window that is drawn or compared with here is labelled.',
)}
${list(
  'Mutes',
  ['Subject', 'Until', 'Why', 'By'],
  mutes.map(({ by, reason, subject, until }) => [subject, momentText(until), reason, by]),
  'Nothing is muted.',
)}`
