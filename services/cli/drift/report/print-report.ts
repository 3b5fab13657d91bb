import type { DriftReport, SubjectReport, Trend } from '../../../drift/core/report/report-view.ts'
import { standings } from '../../../drift/core/report/standing.ts'
import { visible } from '../../page/escape.ts'
import { printAlert } from '../run/print-run.ts'
import { durationText, momentText, probabilityText } from './numbers.ts'
import { changeText, referenceRows, rowsText, verdictText } from './words.ts'

/** The report in text: what is open, then every subject, worst first, with the rows that its figures are of. */
export function printReport(report: DriftReport): string {
  const { as_of, closed, open, subjects, verdicts, window_from, window_ms, windows } = report
  const counts = standings.map((one) => `${verdicts[one]} ${verdictText(one)}`)
  const head = `Drift from ${momentText(window_from)} to ${momentText(as_of)} UTC (${durationText(window_ms)}): ${subjects.length} subjects, ${counts.join(', ')}\n`
  const told = open.filter((one) => one.told).length
  const alerts =
    open.length === 0
      ? ['No alert is open.\n']
      : [
          `${open.length} ${open.length === 1 ? 'alert is' : 'alerts are'} open, ${told} told.\n`,
          ...open.map(printAlert),
        ]
  return visible(
    [
      head,
      ...alerts,
      ...byHand(report),
      `By severity; the trend is of ${windows.length === 1 ? 'one window' : `${windows.length} windows`}, each bar as high as the figure that the verdict is of; the highest is the largest, or where news begins.\n`,
      ...standings.flatMap((standing) => {
        const own = subjects.filter((one) => one.standing === standing)
        return own.length === 0
          ? []
          : [`${verdictText(standing).toUpperCase()} (${own.length})\n${table(own.map(row))}`]
      }),
      ...(closed.length === 0
        ? []
        : [
            `Closed within these windows\n${closed.map((one) => `  ${momentText(one.closed_at ?? '')}  ${one.severity}${one.told ? '' : ', not told'}  ${one.words}\n`).join('')}`,
          ]),
    ].join('\n'),
  )
}

function byHand({ baselines, labels, mutes }: DriftReport): readonly string[] {
  const lines = [
    ...baselines
      .filter((one) => one.in_force || one.next)
      .map(
        ({ from, id, in_force, over, to }) =>
          `baseline ${id}, ${momentText(from)} to ${momentText(to)}${in_force ? (over ? '' : ': not over, not compared with yet') : ': pinned since, from the next window on'}\n`,
      ),
    ...labels.map(
      ({ from, id, kind, subjects, to, words }) =>
        `${kind} ${id}, ${momentText(from)} to ${momentText(to)}, ${subjects.length === 0 ? 'everything' : subjects.join(', ')}: ${words}\n`,
    ),
    ...mutes.map(
      ({ by, reason, subject, until }) =>
        `${subject} is muted until ${momentText(until)} by ${by}: ${reason}\n`,
    ),
  ]
  return lines.length === 0 ? [] : [lines.join('')]
}

const row = (subject: SubjectReport): readonly string[] => [
  subject.subject,
  `${subject.standing === subject.verdict ? '' : `now ${verdictText(subject.verdict)}: `}${changeText(subject)}`,
  `n ${rowsText(subject)}`,
  `of ${referenceRows(subject)}`,
  `p ${probabilityText(subject.p)}`,
  bars(subject.trends[0]),
]

const levels = '▁▂▃▄▅▆▇█'

function bars(trend: Trend | undefined): string {
  const values = trend?.series[0]?.values ?? []
  // As high as where news begins, at least: what chance does is no mountain.
  const news = trend?.limits.find(({ side }) => side === 'above')?.values ?? []
  const most = Math.max(0, ...[...values, ...news].map((value) => value ?? 0))
  return values
    .map((value) =>
      value === null
        ? ' '
        : (levels[most === 0 ? 0 : Math.round((Math.max(0, value) / most) * 7)] ?? ' '),
    )
    .join('')
}

/** Columns as wide as their widest cell, up to where one long name would push all others aside. */
const widest = 56

function table(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((cells) => cells.map((cell) => cell.replaceAll(/\s/g, ' ')))
  const widths = (clean[0] ?? []).map((_, column) =>
    Math.min(widest, Math.max(...clean.map((cells) => cells[column]?.length ?? 0))),
  )
  return clean
    .map(
      (cells) =>
        `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd() +
        '\n',
    )
    .join('')
}
