import type {
  DriftReport,
  SubjectReport,
  Trend,
} from '../../../../drift/core/report/report-view.ts'
import { isNews } from '../../../../drift/core/report/standing.ts'
import type { Verdict } from '../../../../drift/core/verdict/judge.ts'
import { type Html, html } from '../../../page/escape.ts'
import { countText, momentText, trendText } from '../numbers.ts'
import { seriesText, trendTitle, verdictText } from '../words.ts'
import { wide } from './marks.ts'
import { pathOf, runsOf, type Scale, scaleOf } from './scale.ts'

type Series = Trend['series'][number]

const width = 440
/** Names of limits stand at its right, values at its left. */
const box = { left: 48, right: 396, top: 8, bottom: 106 }

const lineClass = ({ name }: Series): string => (name === 'window' ? 'current' : name)

/** One trend as a picture, its figures in words behind it. */
export function trendPicture(trend: Trend, subject: SubjectReport, report: DriftReport): Html {
  const { windows } = report
  const scale = scaleOf(trend, windows.length, box)
  const [first, last] = [windows[0] ?? report.as_of, windows.at(-1) ?? report.as_of]
  return html`<h4>${trendTitle(trend, subject.kind)}, ${windows.length === 1 ? 'one window' : `${windows.length} windows`}</h4>
<svg class="trend" viewBox="0 0 ${width} 152" role="img"><title>${describe(trend, subject, windows)}</title>
${labelled(subject, scale, windows.length)}<path class="axis" d="M${box.left} ${box.bottom}H${box.right}M${box.left} ${box.top}H${box.right}"/>
<text x="${box.left - 6}" y="${box.top + 8}" text-anchor="end">${axisText(trend, scale.most)}</text><text x="${box.left - 6}" y="${box.bottom}" text-anchor="end">${axisText(trend, scale.least)}</text>
${limits(trend, scale)}${trend.series.toReversed().map((series) => line(series, scale))}
${course(subject, scale, windows.length)}
<text x="${box.left}" y="149">${momentText(first)}</text>${windows.length > 1 ? html`<text x="${box.right}" y="149" text-anchor="end">${momentText(last)}</text>` : ''}</svg>
<ul class="legend">${trend.series.map(
    (series) =>
      html`<li><svg viewBox="0 0 26 11" aria-hidden="true"><path class="line ${lineClass(series)}" d="M1 6H25"/></svg>${seriesText(series.name)} ${trendText(trend.what, series.values.at(-1) ?? null)}</li>`,
  )}</ul>`
}

/** The same in a cell of a table: the line, its limits, no words. */
export function sparkline(subject: SubjectReport, report: DriftReport): Html | '' {
  const [trend] = subject.trends
  if (trend === undefined) return ''
  const { windows } = report
  const scale = scaleOf(trend, windows.length, { left: 2, right: 118, top: 2, bottom: 26 })
  return html`<svg class="spark" viewBox="0 0 120 28" role="img"><title>${describe(trend, subject, windows)}</title>${labelled(subject, scale, windows.length, 0, 28)}${trend.limits.slice(0, 1).map((limit) => limitLine(limit, scale))}${trend.series.toReversed().map((series) => line(series, scale))}</svg>`
}

function line(series: Series, scale: Scale): Html {
  const name = lineClass(series)
  const runs = runsOf(series.values)
  const dots = runs.filter((run, place) => run.length === 1 || place === runs.length - 1)
  return html`${runs.filter((run) => run.length > 1).map((run) => html`<path class="line ${name}" d="${pathOf(run, scale)}"/>`)}${
    // The last one of all, and those that have no neighbour to draw a line to.
    dots.flatMap((run) => {
      const point = run.at(-1)
      return point === undefined
        ? []
        : [
            html`<circle class="dot ${name}" cx="${scale.x(point[0]).toFixed(1)}" cy="${scale.y(point[1]).toFixed(1)}" r="2.5"/>`,
          ]
    })
  }`
}

const limitLine = (limit: Trend['limits'][number], scale: Scale): Html =>
  html`${runsOf(limit.values)
    .map((run) => run.filter(([, value]) => value >= scale.least && value <= scale.most))
    .filter((run) => run.length > 0)
    .map((run) => {
      const [[window, value] = [0, 0]] = run
      const path =
        run.length === 1
          ? `M${(scale.x(window) - 5).toFixed(1)} ${scale.y(value).toFixed(1)}h10`
          : pathOf(run, scale)
      return html`<path class="limit ${limit.severity}" d="${path}"/>`
    })}`

/** Each limit with its name at its end, unless it would be written over another's. */
function limits(trend: Trend, scale: Scale): readonly Html[] {
  let named: readonly number[] = []
  return trend.limits.map((limit) => {
    const end = limit.values.at(-1) ?? null
    const y = end === null || end < scale.least || end > scale.most ? null : scale.y(end)
    const isFree = y !== null && named.every((other) => Math.abs(other - y) >= 10)
    if (isFree) named = [...named, y]
    return html`${limitLine(limit, scale)}${isFree ? html`<text class="of-limit ${limit.severity}" x="${box.right + 4}" y="${(y + 3.5).toFixed(1)}">${limit.severity}</text>` : ''}`
  })
}

/** What each window said, the higher the worse, and while an alert was open a line below. */
function course({ course: all }: SubjectReport, scale: Scale, windows: number): readonly Html[] {
  const step = ((box.right - box.left) / Math.max(1, windows)) * 0.7
  const bar = Math.min(step, 24)
  return all.map(({ alert, verdict }, window) => {
    const x = (scale.x(window) - bar / 2).toFixed(1)
    const height = verdict === null ? 0 : heights[verdict]
    return html`${verdict === null ? '' : html`<rect class="mark ${verdict}" x="${x}" y="${127 - height}" width="${bar.toFixed(1)}" height="${height}"/>`}${alert === null ? '' : html`<rect class="alerted ${alert}" x="${(scale.x(window) - step / 1.4).toFixed(1)}" y="130" width="${(step * 1.43).toFixed(1)}" height="3.5"/>`}`
  })
}

const heights: Readonly<Record<Verdict, number>> = {
  critical: 15,
  warn: 10,
  info: 6,
  insufficient_data: 4,
  ok: 1.5,
}

function labelled(
  { course: all }: SubjectReport,
  scale: Scale,
  windows: number,
  top = box.top,
  height = 127 - box.top,
): readonly Html[] {
  const step = windows > 1 ? scale.x(1) - scale.x(0) : 24
  return all.flatMap((one, window) =>
    one.labelled
      ? [
          html`<rect class="labelled" x="${(scale.x(window) - step / 2).toFixed(1)}" y="${top}" width="${step.toFixed(1)}" height="${height}"/>`,
        ]
      : [],
  )
}

const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })

function axisText({ what }: Trend, value: number): string {
  switch (what) {
    case 'psi':
      return value.toFixed(2)
    case 'count':
      return compact.format(value)
    case 'share':
    case 'nulls':
      return `${Number((value * 100).toPrecision(2))} %`
    case 'ms':
      return trendText(what, value).split(' ').slice(0, 2).join(' ')
    case 'fact':
      return value > 0 ? 'yes' : 'no'
    default:
      return what satisfies never
  }
}

/** For whoever does not see the picture. */
function describe(trend: Trend, subject: SubjectReport, windows: readonly string[]): string {
  const of = (value: number | null): string => trendText(trend.what, value)
  const parts = trend.series.map(({ name, values }) => {
    const known = values.filter((value) => value !== null)
    return known.length === 0
      ? `${seriesText(name)}: not known`
      : `${seriesText(name)}: ${of(Math.min(...known))} to ${of(Math.max(...known))}, last ${of(values.at(-1) ?? null)}`
  })
  const news = subject.course.filter(({ verdict }) => verdict !== null && isNews(verdict))
  const open = subject.course.filter(({ alert }) => alert !== null).length
  return `${trendTitle(trend, subject.kind)} of ${subject.subject} in ${windows.length} windows up to ${momentText(windows.at(-1) ?? '')}. ${parts.join('. ')}. News in ${news.length}, an alert open in ${open}.`
}

/** Every figure of every window, with the rows that it is of. */
export function trendTable(subject: SubjectReport, { windows }: DriftReport): Html {
  const columns = subject.trends.flatMap((trend) =>
    trend.series.map((series) => ({ trend, series })),
  )
  const head = columns.map(
    ({ series, trend }) =>
      html`<th scope="col" class="number">${trendTitle(trend, subject.kind)}, ${seriesText(series.name)}</th>`,
  )
  const rows = windows
    .map((at, window) => {
      const { alert, labelled: isLabelled, n_cur: n, verdict } = subject.course[window] ?? nothing
      return html`<tr><th scope="row" class="nowrap">${momentText(at)}</th><td>${verdict === null ? '–' : verdictText(verdict)}${isLabelled ? ', labelled' : ''}</td><td>${alert ?? '–'}</td><td class="number">${countText(n)}</td>${columns.map(({ series, trend }) => html`<td class="number">${trendText(trend.what, series.values[window] ?? null)}</td>`)}</tr>
`
    })
    .toReversed()
  return html`<details class="more all"><summary>Figures of ${windows.length === 1 ? 'the window' : `the ${windows.length} windows`}</summary>${wide(
    `Windows of ${subject.subject}`,
    html`<table><thead><tr><th scope="col">Window up to</th><th scope="col">It says</th><th scope="col">Alert open</th><th scope="col" class="number">Rows</th>${head}</tr></thead>
<tbody>${rows}</tbody></table>`,
  )}</details>`
}

const nothing = { alert: null, labelled: false, n_cur: null, verdict: null }
