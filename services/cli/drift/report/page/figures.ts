import type { FiguresReport, SubjectReport } from '../../../../drift/core/report/report-view.ts'
import { type Html, html } from '../../../page/escape.ts'
import { countText, distanceText, percentText, probabilityText } from '../numbers.ts'
import { referenceTexts } from '../words.ts'
import { wide } from './marks.ts'

type Show = (value: number | null) => string

/** What is one figure of both sides, and what each side has. */
const rows: readonly (readonly [
  title: string,
  of: Exclude<keyof FiguresReport, 'reference'>,
  show: Show,
])[] = [
  ['PSI, debiased', 'psi_debiased', distanceText],
  ['PSI (Jeffreys)', 'psi_jeffreys', distanceText],
  ['Jensen-Shannon distance', 'js_distance_base2', distanceText],
  ['Wasserstein / standard deviation', 'wasserstein_norm', distanceText],
  ['Kolmogorov-Smirnov D', 'ks_d', distanceText],
  ['its p', 'ks_p', probabilityText],
  ['χ² of the bins, p', 'chi2_p', probabilityText],
  ['without a value, now', 'null_rate_cur', percentText],
  ['without a value, then', 'null_rate_ref', percentText],
  ['exactly 0, now', 'zero_rate_cur', percentText],
  ['exactly 0, then', 'zero_rate_ref', percentText],
  ['new or rare category', 'new_category_share', percentText],
]

/** Every figure against every reference, with the rows on both sides. Empty: there is none. */
export function figures({
  decided_by: decidedBy,
  figures: all,
  subject,
}: SubjectReport): Html | '' {
  const known = rows.filter(([, of]) => all.some((one) => one[of] !== null))
  if (known.length === 0) return ''
  return html`<h4>Figures</h4>${wide(
    `Figures of ${subject}`,
    html`<table class="figures"><thead><tr><th scope="col">Against</th>${all.map((one) => html`<th scope="col" class="number">${referenceTexts[one.reference]}${decidedBy === one.reference ? ', decides' : ''}<br><span class="quiet plain">n ${countText(one.n_cur)}<br>of ${countText(one.n_ref)}${one.left_out === 0 ? '' : html`<br>${one.left_out} left out`}</span></th>`)}</tr></thead>
<tbody>${known.map(
      ([
        title,
        of,
        show,
      ]) => html`<tr><th scope="row">${title}</th>${all.map((one) => html`<td class="number">${show(one[of])}</td>`)}</tr>
`,
    )}</tbody></table>`,
  )}`
}
