import { rhythmWindows } from '../run/references.ts'
import { newWindows } from '../run/signals.ts'
import { currentRowsMin, referenceRowsMin } from '../verdict/judge.ts'
import { expectedMin } from '../watch/assess.ts'
import type { Evidence, FiguresReport } from './report-view.ts'

const many = (n: number): string => n.toLocaleString('en-US')

/** What is missing for a verdict, in words. */
export function whyUnknown(evidence: Evidence, figures: readonly FiguresReport[]): string {
  switch (evidence.shape) {
    case 'distribution':
      return ofDistribution(evidence.bins.length > 0, figures)
    case 'count':
      return evidence.weekday.length === 0
        ? 'no window of the same weekday before it'
        : `below ${expectedMin} a count says nothing`
    case 'share':
      return evidence.references.length === 0
        ? 'no window before it'
        : rowsMissing(evidence.of, evidence.references[0]?.of ?? 0)
    case 'freshness':
      return `what is usual is known after ${rhythmWindows} windows in which something came, of which there are ${evidence.windows}`
    case 'set':
      return `no window that is ${newWindows} windows old`
    case 'fact':
    case 'none':
      return 'not judged in this window'
    default:
      return evidence satisfies never
  }
}

function ofDistribution(hasBins: boolean, figures: readonly FiguresReport[]): string {
  if (!hasBins) return `fewer than ${currentRowsMin} had a value when its bins were to be frozen`
  if (figures.length === 0)
    return 'no window of the same weekday before it, and no baseline that is over'
  const most = figures.reduce((a, b) => (b.n_ref > a.n_ref ? b : a))
  return most.n_ref === 0
    ? 'what it could be compared with was counted in other bins'
    : rowsMissing(most.n_cur, most.n_ref)
}

/** As many as it takes are needed on both sides. */
const rowsMissing = (current: number, reference: number): string =>
  current < currentRowsMin
    ? `${many(current)} rows of the ${many(currentRowsMin)} that it takes`
    : `${many(reference)} rows of reference of the ${many(referenceRowsMin)} that it takes`
