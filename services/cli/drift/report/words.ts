import type {
  AlertReport,
  FiguresReport,
  SubjectReport,
  Trend,
} from '../../../drift/core/report/report-view.ts'
import type { Verdict } from '../../../drift/core/verdict/judge.ts'
import type { ReferenceName } from '../../../drift/core/watch/signal.ts'
import { countText, distanceText, durationText, percentText } from './numbers.ts'

export const verdictText = (verdict: Verdict): string => verdict.replaceAll('_', ' ')

/** Beside the word, so that neither colour nor reading is needed to find the worst. */
export const verdictSigns: Readonly<Record<Verdict, string>> = {
  critical: '▲',
  warn: '◆',
  info: '●',
  insufficient_data: '?',
  ok: '✓',
}

export const referenceTexts: Readonly<Record<ReferenceName | 'recent', string>> = {
  weekday: 'weekday',
  pinned: 'pinned',
  recent: 'all of four weeks',
}

export const kindText = (kind: string): string => kind.replaceAll('_', ' ')

const psiOf = (figures: readonly FiguresReport[]): string =>
  figures
    .map((one) => `${distanceText(one.psi_debiased)} ${referenceTexts[one.reference]}`)
    .join(', ')

/** From what to what, in a line; of a distribution how far it is from each reference. */
export function changeText(subject: SubjectReport): string {
  const { after, before, figures, kind, unit, verdict, why } = subject
  if (verdict === 'insufficient_data') return why ?? ''
  if (unit === 'psi') return `PSI ${psiOf(figures)}`
  if (after === null || before === null) return ''
  switch (unit) {
    case 'count':
      return `${countText(before)} → ${countText(after)}${timesText(before, after)}`
    case 'share':
      return shareText(subject, before, after)
    case 'ms':
      return kind === 'lag'
        ? `waited ${durationText(after)}, at most ${durationText(before)} before`
        : `silent for ${durationText(after)}, at most ${durationText(before)} before`
    case 'fact':
      return after > 0 ? 'is so' : 'is not so'
    default:
      return unit satisfies never
  }
}

function shareText(
  { evidence, figures, kind }: SubjectReport,
  before: number,
  after: number,
): string {
  const change = `${percentText(before)} → ${percentText(after)}`
  // Of people without a value it is told first, and how the others are spread is known all the same.
  return evidence.shape === 'distribution'
    ? `without a value ${change}; PSI ${psiOf(figures)}`
    : kind === 'nulls' || kind === 'feature' || kind === 'trait'
      ? `without a value ${change}`
      : change
}

function timesText(before: number, after: number): string {
  const times = after / before
  if (before === 0 || after === 0) return ''
  return ` (× ${times < 10 ? times.toFixed(2) : countText(Math.round(times))})`
}

/** How much this window's figures are of; what is so or is not is of nothing that is counted. */
export const rowsText = ({ n_cur, unit }: Pick<SubjectReport, 'n_cur' | 'unit'>): string =>
  unit === 'fact' ? '–' : countText(n_cur)

/** The same of the references, each by its name. */
export const referenceRows = ({ figures, unit }: SubjectReport): string =>
  figures.length === 0 || unit === 'fact'
    ? '–'
    : figures
        .map(({ n_ref, reference }) => `${countText(n_ref)} ${referenceTexts[reference]}`)
        .join(', ')

/** Why nobody is told; empty: somebody is. */
export const silenceText = ({ inhibited, muted }: AlertReport): string =>
  [
    ...(inhibited ? ['inhibited: an upstream alert explains it, nobody is told'] : []),
    ...(muted === '' ? [] : [`muted, nobody is told: ${muted}`]),
  ].join('; ')

const trendTitles: Readonly<Record<Trend['what'], string>> = {
  psi: 'PSI, debiased',
  nulls: 'Without a value',
  count: 'How many',
  share: 'Share',
  ms: 'Silence',
  fact: 'Whether it is so',
}

export const trendTitle = ({ what }: Trend, kind: string): string =>
  what === 'ms' && kind === 'lag' ? 'Wait' : trendTitles[what]

export const seriesText = (name: Trend['series'][number]['name']): string =>
  name === 'window' ? 'this window' : name === 'usual' ? 'usual' : referenceTexts[name]
