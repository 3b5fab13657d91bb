import { epochMs } from '#runtime/event/ids.ts'
import {
  countNumeric,
  type NumericEdges,
  numericEdges,
} from '../../services/drift/core/bins/numeric-bins.ts'
import type { Course } from '../../services/drift/core/watch/episode.ts'
import type {
  DistributionSignal,
  Histogram,
  ReferenceName,
  Signal,
} from '../../services/drift/core/watch/signal.ts'
import { type Notice, runWindow } from '../../services/drift/core/watch/window.ts'
import type { Act } from '../world/acts.ts'
import { createPeople, features } from './features.ts'
import { createDays, dayMs } from './people-days.ts'

export interface YearPlan {
  readonly seed: number
  readonly people: number
  /** Windows, one a day, after the baseline. */
  readonly days: number
  readonly actsPerDay: number
  /** Days before anything is looked at, so that the oldest weights have their level. */
  readonly warmUpDays: number
  /** What somebody does to a day's acts; left out: nothing. */
  readonly change?: (acts: readonly Act[], window: number) => readonly Act[]
  /** What somebody does to a day's values; left out: nothing. */
  readonly changeValues?: (values: Float64Array, feature: string, window: number) => Float64Array
  /** What else is measured in a window; left out: nothing. */
  readonly more?: (window: number) => readonly Signal[]
}

export interface DatedNotice extends Notice {
  readonly window: number
}

const baselineDays = 28
const weeks = [7, 14, 21, 28] as const

/** Daily windows of everybody's features against the same weekday of four weeks and a pinned baseline. Says what an on-call would hear. */
export function runYear(plan: YearPlan): readonly DatedNotice[] {
  const world = createDays({ ...plan })
  const people = createPeople(plan.people)
  const first = plan.warmUpDays
  const snapshots = features.map((): Histogram[] => [])
  let edges: readonly NumericEdges[] = []
  let courses: ReadonlyMap<string, Course> = new Map()
  const notices: DatedNotice[] = []
  for (let day = 0; day < first + baselineDays + plan.days; day += 1) {
    const window = day - first - baselineDays
    const acts = world.day(day)
    people.add(window >= 0 ? (plan.change?.(acts, window) ?? acts) : acts)
    if (day < first) continue
    const values = features.map(({ name }, index) => {
      const of = people.values(index, day + 1)
      return window >= 0 ? (plan.changeValues?.(of, name, window) ?? of) : of
    })
    if (day === first) edges = values.map((of) => numericEdges(of.toSorted(), plan.people))
    for (const [index, of] of values.entries())
      snapshots[index]?.push(histogramOf(edges[index], of))
    if (window < 0) continue
    const at = epochMs((day + 1) * dayMs)
    const signals = [
      ...features.map(({ name }, index) => signalOf(name, snapshots[index] ?? [])),
      ...(plan.more?.(window) ?? []),
    ]
    const result = runWindow({
      at,
      windowMs: dayMs,
      signals,
      courses,
      surroundings: { upstream: new Map(), changes: [] },
    })
    ;({ courses } = result)
    for (const notice of result.notices) notices.push({ ...notice, window })
  }
  return notices
}

/** A value that is not a number is empty. */
function histogramOf(edges: NumericEdges | undefined, values: Float64Array): Histogram {
  if (edges === undefined) throw new Error('a histogram before its edges')
  const filled = values.filter((value) => !Number.isNaN(value))
  const nulls = values.length - filled.length
  return {
    edgesId: 'baseline',
    counts: countNumeric(edges, filled, nulls),
    rows: values.length,
    nulls,
  }
}

function signalOf(name: string, snapshots: readonly Histogram[]): DistributionSignal {
  const current = snapshots.at(-1)
  if (current === undefined) throw new Error('a signal before its first snapshot')
  const weekday = weeks.flatMap((days) => snapshots.at(-1 - days) ?? [])
  const references = new Map<ReferenceName, Histogram>([
    ['weekday', sumOf(weekday)],
    ['pinned', sumOf(snapshots.slice(0, baselineDays))],
  ])
  return { shape: 'distribution', subject: { kind: 'feature', name }, current, references }
}

function sumOf(histograms: readonly Histogram[]): Histogram {
  const counts: number[] = []
  for (const histogram of histograms)
    for (const [bin, count] of histogram.counts.entries()) counts[bin] = (counts[bin] ?? 0) + count
  return {
    edgesId: 'baseline',
    counts,
    rows: histograms.reduce((sum, { rows }) => sum + rows, 0),
    nulls: histograms.reduce((sum, { nulls }) => sum + nulls, 0),
  }
}
