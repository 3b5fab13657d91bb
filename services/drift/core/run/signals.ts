import { epochMs } from '#runtime/event/ids.ts'
import type { Snapshot } from '../store/snapshot.ts'
import { nullGrowthMin } from '../verdict/judge.ts'
import type { Histogram, ReferenceName, ShareSignal, Signal, Subject } from '../watch/signal.ts'
import { referenceNames } from '../watch/signal.ts'
import { type Past, rhythmWindows } from './references.ts'

/** Ratios of counts and shares that are news. People come and go slowly: half as many more of them are many. */
const flowRatio = 2
const stockRatio = 1.5
/** A share of a day's links that has doubled is seen as twice as many in half of the days: by chance it is more or less. */
const linkRatio = 1.5
/** Windows for which a schema that was never seen before is news, and without an entry until a rule counts as silent. */
export const newWindows = 3
const silentWindows = 7
/** A rule whose entries were fewer is silent by chance now and then. */
const entriesMin = 20

/** What a window asks of one snapshot, given what was before. */
export function signalsOf(one: Snapshot, before: Past, windowMs: number): readonly Signal[] {
  const signal = signalOf(one, before, windowMs)
  const silent = silentRule(one, before)
  return [...(signal === null ? [] : [signal]), ...(silent === null ? [] : [silent])]
}

function signalOf(one: Snapshot, before: Past, windowMs: number): Signal | null {
  const { subject, counts } = one
  const [first = 0, second = 0] = counts
  switch (one.shape) {
    case 'distribution':
      return {
        shape: 'distribution',
        subject,
        current: histogramOf([one], one.edgesId),
        references: referencesOf(one, before),
      }
    case 'count':
      return {
        shape: 'count',
        subject,
        current: first,
        reference: before.weekday.map((earlier) => earlier.counts[0] ?? 0),
        ratio: countRatio(one),
      }
    case 'share':
      return {
        shape: 'share',
        subject,
        current: { hits: first, of: second },
        reference: sumOfShares(before),
        floor: shareFloor(one),
      }
    case 'freshness':
      return freshnessOf(one, before, windowMs)
    case 'set':
      return schemaOf(one, before, windowMs)
    case 'fact':
      return { shape: 'fact', subject, severity: 'info', holds: first === 1 }
    default:
      return one.shape satisfies never
  }
}

/** Times what is usual, either way, at which a count is news. */
export const countRatio = (one: Pick<Snapshot, 'subject'>): number =>
  isStock(one) ? stockRatio : flowRatio

/** Of what has no value: points. Of who stayed in a segment: times as many, or as few, who did not. Of what flows: times what is usual, either way. */
export function shareFloor({ subject }: Pick<Snapshot, 'subject'>): ShareSignal['floor'] {
  switch (subject.kind) {
    case 'feature':
    case 'trait':
    case 'nulls':
      return { points: nullGrowthMin }
    case 'segment':
      return { restRatio: flowRatio }
    case 'identity':
      return { ratio: linkRatio }
    default:
      return { ratio: flowRatio }
  }
}

const isStock = ({ subject }: Pick<Snapshot, 'subject'>): boolean =>
  subject.kind === 'segment' && !subject.name.includes(' ')

export function histogramOf(snapshots: readonly Snapshot[], edgesId: string): Histogram {
  const counts: number[] = []
  let [rows, nulls] = [0, 0]
  for (const one of snapshots) {
    for (const [bin, n] of one.counts.entries()) counts[bin] = (counts[bin] ?? 0) + n
    rows += one.rows
    nulls += one.nulls
  }
  return { edgesId, counts, rows: edgesId === '' ? 0 : rows, nulls }
}

/** Snapshots of a reference that were counted in the same edges. */
export const comparable = (one: Snapshot, reference: readonly Snapshot[]): readonly Snapshot[] =>
  one.edgesId === '' ? [] : reference.filter(({ edgesId }) => edgesId === one.edgesId)

function referencesOf(one: Snapshot, before: Past): ReadonlyMap<ReferenceName, Histogram> {
  const references = new Map<ReferenceName, Histogram>()
  for (const name of referenceNames) {
    const same = comparable(one, before[name])
    if (same.length > 0) references.set(name, histogramOf(same, one.edgesId))
  }
  return references
}

/** Of the same weekday; where there is none yet, of all that is known. */
function sumOfShares({ weekday, recent }: Past): { readonly hits: number; readonly of: number } {
  let [hits, of] = [0, 0]
  for (const { counts } of weekday.length > 0 ? weekday : recent) {
    hits += counts[0] ?? 0
    of += counts[1] ?? 0
  }
  return { hits, of }
}

/** Windows that tell a rhythm: of a source those in which something came. */
export function windowsOfRhythm({ kind }: Subject, { lived, recent }: Past): number {
  const heard = kind === 'freshness' ? lived.filter(({ rows }) => rows > 0) : lived
  return Math.min(heard.length, recent.length)
}

function freshnessOf(one: Snapshot, before: Past, windowMs: number): Signal | null {
  if (windowsOfRhythm(one.subject, before) < rhythmWindows) return null
  const { lived, recent } = before
  const [lastAt = one.asOf, longest = 0] = one.counts
  const known = Math.max(
    longestUsual(recent.map(({ counts }) => counts[1] ?? 0)),
    one.subject.kind === 'freshness' ? ofMostWeeks(lived, one.asOf) : 0,
  )
  // A silence that began and ended within the window was one too.
  const silence = Math.max(one.asOf - lastAt, Math.min(longest, windowMs))
  return {
    shape: 'freshness',
    subject: one.subject,
    lastAt: epochMs(one.asOf - silence),
    asOf: epochMs(one.asOf),
    longestGapMs: known,
  }
}

/** From so many windows on, what a source does once is no rhythm of it: a lull would hide the next one for four weeks. */
const onceWindows = 14

function longestUsual(gaps: readonly number[]): number {
  const longest = gaps.toSorted((a, b) => b - a)
  return longest[longest.length >= onceWindows ? 1 : 0] ?? 0
}

const weekMs = 604_800_000
/** What a source has done in so many of four weeks is its rhythm, though it was an alert: it comes once a week now. */
const weeksOfRhythm = 3

function ofMostWeeks(lived: readonly Snapshot[], asOf: number): number {
  const longest = new Map<number, number>()
  for (const { asOf: at, counts } of lived) {
    const week = Math.floor((asOf - at) / weekMs)
    longest.set(week, Math.max(longest.get(week) ?? 0, counts[1] ?? 0))
  }
  return [...longest.values()].toSorted((a, b) => b - a)[weeksOfRhythm - 1] ?? 0
}

function schemaOf(one: Snapshot, before: Past, windowMs: number): Signal | null {
  const fresh = newIds(one, before, windowMs)
  if (fresh === null) return null
  return { shape: 'fact', subject: one.subject, severity: 'info', holds: fresh.length > 0 }
}

/** Ids of a set that no window had that is so old that they would be no news any more. null: there is no window as old. */
export function newIds(
  one: Snapshot,
  { recent }: Past,
  windowMs: number,
): readonly number[] | null {
  const older = recent.filter(({ asOf }) => asOf <= one.asOf - newWindows * windowMs)
  if (older.length === 0) return null
  const known = new Set(older.flatMap(({ counts }) => counts))
  return one.counts.filter((id) => !known.has(id))
}

/** A rule that has let people in and does not any more. */
function silentRule({ subject, counts, shape }: Snapshot, { recent }: Past): Signal | null {
  if (shape !== 'count' || subject.kind !== 'segment' || !subject.name.endsWith(' entered'))
    return null
  const entries = recent.map((earlier) => earlier.counts[0] ?? 0)
  const lately = [...entries.slice(1 - silentWindows), counts[0] ?? 0]
  const earlier = entries.slice(0, Math.max(0, entries.length - silentWindows + 1))
  return {
    shape: 'fact',
    subject: { kind: 'rule', name: `${subject.name.replace(/ entered$/, '')} lets nobody in` },
    severity: 'warn',
    holds: lately.length >= silentWindows && sum(lately) === 0 && sum(earlier) >= entriesMin,
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, n) => total + n, 0)
