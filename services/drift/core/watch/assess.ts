import { binFigures } from '../metrics/bin-figures.ts'
import { significantOf } from '../verdict/benjamini-hochberg.ts'
import { currentRowsMin, nullGrowthMin, referenceRowsMin } from '../verdict/judge.ts'
import { growthIn, type Share, shareChange } from '../verdict/share-change.ts'
import { floors, severityOfPsi } from '../verdict/size.ts'
import type {
  CountSignal,
  DistributionSignal,
  FactSignal,
  FreshnessSignal,
  Histogram,
  ReferenceName,
  ShareSignal,
  Signal,
  Subject,
} from './signal.ts'

export type Severity = 'info' | 'warn' | 'critical'
export const severities = ['info', 'warn', 'critical'] as const

/** Of a stored row; null: it was no news. */
export const severityIn = (text: string): Severity | null =>
  severities.find((one) => one === text) ?? null

/** What one window says of one subject. */
export interface Assessment {
  readonly subject: Subject
  /** null: nothing to see, or nobody knows. */
  readonly severity: Severity | null
  /** False: too little to say anything. */
  readonly known: boolean
  /** Not known, and neither is what was before: as little as it has been for long. An alert of it ends. */
  readonly faint: boolean
  /** How large the change is, in units of the smallest that is news. */
  readonly strength: number
  /** How probable one as large is by chance; null: not asked. */
  readonly p: number | null
  /** Against which reference it is largest; null: there is one only. */
  readonly reference: ReferenceName | null
  /** From what. */
  readonly before: number | null
  /** To what. */
  readonly after: number | null
  /** What the two numbers are. */
  readonly unit: 'psi' | 'count' | 'share' | 'ms' | 'fact'
}

/** Below, a ratio of counts says nothing. */
export const expectedMin = 50
/** A share that changed by less than a tenth of a point is nobody's business, however many times it grew. */
const pointsMin = 0.001

/** All signals of one window together: which distributions changed significantly depends on how many were looked at. */
export function assess(signals: readonly Signal[]): readonly Assessment[] {
  const distributions = signals.filter((signal) => signal.shape === 'distribution')
  const compared = distributions.map(compareAll)
  const significant = significantOf(compared.flat().map(({ p }) => p))
  let at = 0
  const judged = new Map<Signal, Assessment>()
  for (const [index, signal] of distributions.entries()) {
    const own = (compared[index] ?? []).map((one) => ({
      ...one,
      counts: significant[at++] === true,
    }))
    judged.set(signal, ofDistribution(signal, own))
  }
  return signals.map((signal) => judged.get(signal) ?? ofOther(signal))
}

function ofOther(signal: Signal): Assessment {
  switch (signal.shape) {
    case 'count':
      return ofCount(signal)
    case 'share':
      return ofShare(signal)
    case 'freshness':
      return ofFreshness(signal)
    case 'fact':
      return ofFact(signal)
    case 'distribution':
      return unknown(signal.subject, 'psi')
    default:
      return signal satisfies never
  }
}

interface Comparison {
  readonly reference: ReferenceName
  readonly psi: number
  readonly p: number | null
}

function compareAll({ current, references }: DistributionSignal): readonly Comparison[] {
  return [...references].flatMap(([reference, histogram]) =>
    histogram.edgesId === current.edgesId &&
    histogram.rows >= referenceRowsMin &&
    current.rows >= currentRowsMin
      ? [{ reference, ...comparison(histogram.counts, current.counts) }]
      : [],
  )
}

function comparison(
  reference: readonly number[],
  current: readonly number[],
): { readonly psi: number; readonly p: number | null } {
  const figures = binFigures(reference, current)
  return { psi: figures?.psi_debiased ?? 0, p: figures?.chi2_p ?? null }
}

function ofDistribution(
  { subject, current, references }: DistributionSignal,
  compared: readonly (Comparison & { readonly counts: boolean })[],
): Assessment {
  if (compared.length === 0) {
    const faint =
      current.rows < currentRowsMin &&
      [...references.values()].every(({ rows }) => rows < referenceRowsMin)
    return { ...unknown(subject, 'psi'), faint }
  }
  const worst = compared
    .map(({ psi, counts, ...rest }) => ({ ...rest, psi: counts ? psi : 0 }))
    .reduce((a, b) => (b.psi > a.psi ? b : a))
  const pinned = compared.find(({ reference }) => reference === 'pinned')
  // Near the baseline that somebody chose, what moved is the other reference: an incident is in it, or what was before one.
  const shown = pinned === undefined || pinned.psi >= floors.info ? worst : pinned
  const psi = shown === worst ? worst.psi : Math.min(worst.psi, pinned?.psi ?? 0)
  const bySize = {
    subject,
    severity: severityOfPsi(psi),
    known: true,
    faint: false,
    strength: psi / floors.info,
    p: shown.p,
    reference: shown.reference,
    before: 0,
    after: psi,
    unit: 'psi',
  } as const
  const { reference } = pinned ?? worst
  const filled = references.get(reference)
  const emptied = nullsOf(subject, filled, current, reference)
  if (emptied.severity === null) return bySize
  // A bin that was empty before makes any distance long: who lost values is told of that, unless the others moved as well.
  const others =
    filled === undefined ? 0 : comparison(withoutNulls(filled), withoutNulls(current)).psi
  return others < floors.warn ? emptied : bySize
}

const withoutNulls = ({ counts }: Histogram): readonly number[] => counts.slice(0, -1)

const nullShare = ({ nulls, rows }: Histogram): Share => ({ hits: nulls, of: rows })

function nullsOf(
  subject: Subject,
  reference: Histogram | undefined,
  current: Histogram,
  name: ReferenceName,
): Assessment {
  return {
    ...ofShare({
      shape: 'share',
      subject,
      current: nullShare(current),
      reference: reference === undefined ? { hits: 0, of: 0 } : nullShare(reference),
      floor: { points: nullGrowthMin },
    }),
    reference: name,
  }
}

function ofCount({ subject, current, reference, ratio }: CountSignal): Assessment {
  // A window of silence is no rule, while there are others: else the source that is back is news four weeks on.
  const heard = reference.filter((count) => count > 0)
  const expected = medianOf(heard.length > 0 ? heard : reference)
  if (expected === null) return unknown(subject, 'count')
  if (Math.max(expected, current) < expectedMin)
    return { ...unknown(subject, 'count'), faint: true }
  const strength = timesIn(ratio, expected, current)
  return {
    subject,
    severity: severityFrom(strength, criticalFrom.ratio),
    known: true,
    faint: false,
    strength,
    p: null,
    reference: null,
    before: expected,
    after: current,
    unit: 'count',
  }
}

function ofShare({ subject, current, reference, floor }: ShareSignal): Assessment {
  if (current.of < currentRowsMin || reference.of < referenceRowsMin) {
    const faint = current.of < currentRowsMin && reference.of < referenceRowsMin
    return { ...unknown(subject, 'share'), faint }
  }
  const change = shareChange(reference, current)
  const { after, before, isChance, p } = change
  const size =
    'points' in floor
      ? growthIn(floor.points, change)
      : 'ratio' in floor
        ? timesIn(floor.ratio, before, after)
        : timesIn(floor.restRatio, 1 - before, 1 - after)
  const strength = isChance || Math.abs(after - before) < pointsMin ? 0 : Math.max(0, size)
  return {
    subject,
    severity: severityFrom(strength, 'points' in floor ? criticalFrom.points : criticalFrom.ratio),
    known: true,
    faint: false,
    strength,
    p,
    reference: null,
    before,
    after,
    unit: 'share',
  }
}

/** By how many times one became the other, either way, in units of a ratio on its logarithmic scale. */
const timesIn = (ratio: number, before: number, after: number): number =>
  before <= 0 || after <= 0
    ? Number.MAX_VALUE
    : Math.abs(Math.log(after / before)) / Math.log(ratio)

/** From so many times the smallest change that is news it is critical. */
export const criticalFrom = {
  /** On the logarithmic scale of ratios: four times as many where twice as many is news. */
  ratio: 2,
  points: 10,
  silence: 4,
} as const

const severityFrom = (strength: number, critical: number): Severity | null =>
  strength >= critical ? 'critical' : strength >= 1 ? 'warn' : null

/** Times the longest silence that the reference knows, and never less than an hour. */
const silenceFactor = 3
const silenceMinMs = 3_600_000

/** How long a silence is no news, milliseconds. */
export const silenceAllowed = (longestGapMs: number): number =>
  Math.max(silenceMinMs, silenceFactor * longestGapMs)

function ofFreshness({ subject, lastAt, asOf, longestGapMs }: FreshnessSignal): Assessment {
  const allowed = silenceAllowed(longestGapMs)
  const silence = Math.max(0, asOf - lastAt)
  const strength = silence / allowed
  return {
    subject,
    severity: severityFrom(strength, criticalFrom.silence),
    known: true,
    faint: false,
    strength,
    p: null,
    reference: null,
    before: longestGapMs,
    after: silence,
    unit: 'ms',
  }
}

const ofFact = ({ subject, severity, holds }: FactSignal): Assessment => ({
  subject,
  severity: holds ? severity : null,
  known: true,
  faint: false,
  strength: holds ? 1 : 0,
  p: null,
  reference: null,
  before: 0,
  after: holds ? 1 : 0,
  unit: 'fact',
})

/** Nobody knows. */
export const unknown = (subject: Subject, unit: Assessment['unit']): Assessment => ({
  subject,
  severity: null,
  known: false,
  faint: false,
  strength: 0,
  p: null,
  reference: null,
  before: null,
  after: null,
  unit,
})

/** null: of nothing. */
function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
