import type {
  BinReport,
  DistributionEvidence,
  SubjectReport,
} from '../../../../drift/core/report/report-view.ts'
import type { ReferenceName } from '../../../../drift/core/watch/signal.ts'
import { type Html, html } from '../../../page/escape.ts'
import {
  countText,
  distanceText,
  durationText,
  momentText,
  percentText,
  valueText,
} from '../numbers.ts'
import { referenceTexts } from '../words.ts'
import { wide } from './marks.ts'

/** What was counted, beside what it is compared with. */
export function evidence(subject: SubjectReport): Html {
  const { evidence: of } = subject
  switch (of.shape) {
    case 'distribution':
      return histogram(subject, of)
    case 'count':
      return compared(subject, 'How many', [
        ...of.weekday.map(
          ({ as_of, count }): Compared => ({
            title: `${dayText(as_of)}, the same weekday`,
            name: 'weekday',
            size: count,
            text: countText(count),
          }),
        ),
        { title: 'this window', name: 'current', size: of.current, text: countText(of.current) },
      ])
    case 'share':
      return compared(subject, 'Share', [
        ...of.references.map(
          ({ hits, of: all, reference, windows }): Compared => ({
            title: `${referenceTexts[reference]}, ${windowsText(windows)}`,
            name: reference === 'pinned' ? 'pinned' : 'weekday',
            ...sharePart(hits, all),
          }),
        ),
        {
          title: 'this window',
          name: 'current',
          ...sharePart(of.hits, of.of),
        },
      ])
    case 'freshness':
      return subject.kind === 'lag'
        ? plain(subject, 'Wait', [
            ['in this window', durationText(of.longest_gap_ms)],
            ['usual is what they say', windowsText(of.windows)],
          ])
        : plain(subject, 'Silence', [
            ['last heard of', of.last_at === null ? 'never' : momentText(of.last_at)],
            ['longest silence that was over', durationText(of.longest_gap_ms)],
            ['usual is what they say', windowsText(of.windows)],
          ])
    case 'set':
      return plain(subject, 'Schemas', [
        ['in this window', of.ids.length === 0 ? 'none' : of.ids.join(', ')],
        [
          'of them new',
          of.new === null ? 'not known yet' : of.new.length === 0 ? 'none' : of.new.join(', '),
        ],
      ])
    case 'fact':
      return plain(subject, 'Whether it is so', [['this window', of.holds ? 'yes' : 'no']])
    case 'none':
      return html`<div><p class="quiet small">It follows from what else is measured, and has no counts of its own.</p></div>`
    default:
      return of satisfies never
  }
}

type Row = readonly [title: string, text: string]

interface Compared {
  readonly title: string
  readonly name: Side['name']
  readonly size: number
  readonly text: string
  /** Of a share: what it is of. */
  readonly rows?: string
}

/** One number a side, as bars of one scale. */
function compared({ subject }: SubjectReport, title: string, rows: readonly Compared[]): Html {
  const most = Math.max(...rows.map(({ size }) => size))
  return html`<div><h4>${title}, side by side</h4>${wide(
    `${title} of ${subject}`,
    html`<table><tbody>${rows.map(
      (one) =>
        html`<tr><th scope="row">${one.title}</th><td class="bar">${barsOf([{ name: one.name, share: most > 0 ? one.size / most : 0 }])}</td><td class="number">${one.text}</td>${one.rows === undefined ? '' : html`<td class="number count">${one.rows}</td>`}</tr>
`,
    )}</tbody></table>`,
  )}</div>`
}

const dayText = (iso: string): string => momentText(iso).replace(/ 00:00$/, '')

const windowsText = (windows: number): string => (windows === 1 ? '1 window' : `${windows} windows`)

const sharePart = (hits: number, of: number): Pick<Compared, 'rows' | 'size' | 'text'> => ({
  size: of === 0 ? 0 : hits / of,
  text: percentText(of === 0 ? null : hits / of),
  rows: `${countText(hits)} of ${countText(of)}`,
})

const plain = ({ subject }: SubjectReport, title: string, rows: readonly Row[]): Html =>
  html`<div><h4>${title}</h4>${wide(
    `${title} of ${subject}`,
    html`<table class="few"><tbody>${rows.map(([name, text]) => html`<tr><th scope="row">${name}</th><td class="number">${text}</td></tr>`)}</tbody></table>`,
  )}</div>`

/** So many bins are looked at together; where there are more, those with few rows on all sides come after a click. */
const binsShown = 14

function histogram(subject: SubjectReport, of: DistributionEvidence): Html {
  const { bins, references } = of
  if (bins.length === 0)
    return html`<div><h4>Spread</h4><p class="quiet small">It has no bins: ${countText(subject.n_cur)} rows in this window.</p></div>`
  const sides = sidesOf(subject, of)
  const ranked = bins.toSorted((a, b) => weightOf(b, sides) - weightOf(a, sides))
  const first = new Set(bins.length > binsShown + 2 ? ranked.slice(0, binsShown) : bins)
  const rest = bins.filter((bin) => !first.has(bin))
  const most = Math.max(...bins.flatMap((bin) => sides.map((side) => shareOf(bin, side) ?? 0)))
  const table = (name: string, shown: readonly BinReport[]): Html =>
    wide(
      name,
      html`<table><thead><tr><th scope="col">${of.values === 'numeric' ? 'Values' : 'Category'}</th><td></td>${sides.map((side) => html`<th scope="colgroup" colspan="2" class="number">${side.title}<br><span class="quiet plain">n ${countText(side.rows)}</span></th>`)}<th scope="col" class="number">Part of<br>the PSI</th></tr></thead>
<tbody>${shown.map((bin) => row(bin, sides, most))}</tbody></table>`,
    )
  return html`<div><h4>Spread${of.mean === null ? '' : html`<span class="plain">: mean ${valueText(of.mean)}${of.sd === null ? '' : `, standard deviation ${valueText(of.sd)}`}${references.map((one) => (one.mean === null ? html`` : html`; ${referenceTexts[one.reference]} ${valueText(one.mean)}`))}</span>`}</h4>
${table(
  `Spread of ${subject.subject}`,
  bins.filter((bin) => first.has(bin)),
)}
${rest.length === 0 ? '' : html`<details class="more"><summary>${rest.length} more bins</summary>${table(`More bins of ${subject.subject}`, rest)}</details>`}
${references.map(caution)}</div>`
}

const caution = (one: DistributionEvidence['references'][number]): Html =>
  one.as_judged
    ? html``
    : html`<p class="quiet small">The figures against ${referenceTexts[one.reference]} are of other windows than these ${countText(one.rows)} rows: labels have changed since, or alerts left others out.</p>`

interface Side {
  readonly name: 'current' | ReferenceName
  readonly title: string
  readonly rows: number
}

const sidesOf = (subject: SubjectReport, { references }: DistributionEvidence): readonly Side[] => [
  { name: 'current', title: 'Now', rows: subject.n_cur },
  ...references.map(({ reference, rows }) => ({
    name: reference,
    title: reference === 'weekday' ? 'Weekday' : 'Pinned',
    rows,
  })),
]

function shareOf(bin: BinReport, { name, rows }: Side): number | null {
  const n = bin[name]
  return n === null || rows === 0 ? null : n / rows
}

/** Special bins are always looked at. */
const weightOf = (bin: BinReport, sides: readonly Side[]): number =>
  bin.kind === 'values' ? Math.max(...sides.map((side) => shareOf(bin, side) ?? 0)) : 1

const specials: Readonly<Record<BinReport['kind'], string | null>> = {
  values: null,
  zero: 'exactly 0',
  other: 'other known ones',
  new: 'new or rare',
  null: 'no value',
}

function row(bin: BinReport, sides: readonly Side[], most: number): Html {
  const special = specials[bin.kind]
  return html`<tr${special === null ? '' : asSpecial}><th scope="row">${special ?? bin.bin}</th><td class="bar">${bars(bin, sides, most)}</td>${sides.map((side) => html`<td class="number">${percentText(shareOf(bin, side))}</td><td class="number count">${countText(bin[side.name])}</td>`)}<td class="number">${distanceText(bin.psi)}</td></tr>
`
}

const asSpecial = html` class="special"`

const bars = (bin: BinReport, sides: readonly Side[], most: number): Html =>
  barsOf(
    sides.map((side) => ({
      name: side.name,
      share: (shareOf(bin, side) ?? 0) / (most > 0 ? most : 1),
    })),
  )

/** One above the other in the order of the columns; the pinned baseline is an outline. */
function barsOf(all: readonly { readonly name: Side['name']; readonly share: number }[]): Html {
  const each = 18 / all.length
  const gap = all.length === 1 ? 6 : 1.5
  return html`<svg class="bars" viewBox="0 0 100 18" preserveAspectRatio="none" aria-hidden="true">${all.map(
    ({ name, share }, place) =>
      html`<rect class="${name}" x="0" y="${(place * each + gap / 2).toFixed(1)}" width="${(share * 100).toFixed(1)}" height="${(each - gap).toFixed(1)}"/>`,
  )}</svg>`
}
