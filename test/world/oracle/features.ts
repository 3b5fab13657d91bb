// A naive reading of what features mean, from the definitions in the documentation alone: it sees every event of a profile at once and
// imports nothing from services/. Slow and plain on purpose: where it and the product differ, one of them is wrong.
import type { LedgerEntry } from '../ledger.ts'

/** A feature as the pipeline file states it, with its duration in milliseconds. */
export interface StatedFeature {
  readonly name: string
  readonly kind: string
  readonly events: readonly string[]
  readonly where: ((entry: LedgerEntry) => boolean) | null
  readonly value: string | null
  readonly key: string | null
  readonly halfLifeMs: number | null
  /** A number of whole hours or days of the file's time zone. */
  readonly window: { readonly unit: 'hour' | 'day'; readonly buckets: number } | null
  readonly timeZone: string
  readonly k: number
  readonly currency: string | null
  readonly includeMachine: boolean
}

/**
 * A number, a text, ranked keys with weights, or nothing. Decayed values hold at the time of the newest event that they read. What time moves otherwise
 * is asked at some moments from then on, and listed under how many milliseconds later that is.
 */
export type Expected = number | string | readonly (readonly [string, number])[] | null

const dayMs = 86_400_000

/** Moments at which windows and rates are compared, after the newest event: within its hour and day, at the edges of usual windows, long after. */
export const askedLater: readonly number[] = [
  0,
  3_600_000,
  dayMs,
  6.5 * dayMs,
  29 * dayMs,
  30 * dayMs,
  89.9 * dayMs,
  500 * dayMs,
]

interface Read {
  readonly at: number
  readonly tie: string
  readonly value: string | number | boolean | null
  readonly key: string | null
}

/** Newest event that a feature reads. */
export const newestRead = (
  feature: StatedFeature,
  entries: readonly LedgerEntry[],
): number | null => readsOf(feature, entries).at(-1)?.at ?? null

/** The events that a feature reads, oldest first. */
const readsOf = (feature: StatedFeature, entries: readonly LedgerEntry[]): readonly Read[] =>
  entries
    .filter(
      (e) =>
        feature.events.includes(e.type) &&
        (feature.includeMachine || !e.machine) &&
        (feature.where?.(e) ?? true),
    )
    .filter((e) => feature.currency === null || e.properties['currency'] === feature.currency)
    .map(
      (e): Read => ({
        at: e.at,
        tie: `${e.source}\0${e.id}`,
        value: pathOf(e, feature.value),
        key: asText(pathOf(e, feature.key)),
      }),
    )
    .filter(
      (r) =>
        (feature.value === null || r.value !== null) && (feature.key === null || r.key !== null),
    )
    .toSorted((a, b) => a.at - b.at || (a.tie < b.tie ? -1 : 1))

export function expectedFeature(feature: StatedFeature, entries: readonly LedgerEntry[]): Expected {
  const reads = readsOf(feature, entries)
  const newest = reads.at(-1)
  const oldest = reads[0]
  if (newest === undefined || oldest === undefined) return null
  const weight = (r: Read): number => 2 ** (-(newest.at - r.at) / (feature.halfLifeMs ?? 1))
  const sum = (of: (r: Read) => number): number => reads.reduce((total, r) => total + of(r), 0)
  const numbers = reads.map((r) => Number(r.value))
  switch (feature.kind) {
    case 'decayed_count':
      return sum(weight)
    case 'decayed_sum':
      return sum((r) => weight(r) * Number(r.value))
    case 'decayed_mean':
      return sum((r) => weight(r) * Number(r.value)) / sum(weight)
    case 'decayed_topk':
      return [...Map.groupBy(reads, (r) => r.key ?? '')]
        .map(
          ([key, of]) =>
            [
              key,
              of.reduce(
                (total, r) => total + weight(r) * (feature.value === null ? 1 : Number(r.value)),
                0,
              ),
            ] as const,
        )
        .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
        .slice(0, feature.k)
    case 'count':
      return reads.length
    case 'sum':
      return sum((r) => Number(r.value))
    case 'min':
      return Math.min(...numbers)
    case 'max':
      return Math.max(...numbers)
    case 'first':
      return asText(oldest.value)
    case 'last':
      return asText(newest.value)
    case 'last_seen':
      return newest.at
    case 'distinct':
      return new Set(reads.map((r) => asText(r.value))).size
    case 'interval':
      return reads.length < 2 ? null : (newest.at - oldest.at) / (reads.length - 1) / 1000
    case 'rate':
      return feature.halfLifeMs === null
        ? later(newest.at, (at) => reads.length / Math.max(1, (at - oldest.at) / dayMs))
        : (sum(weight) * Math.LN2 * dayMs) / feature.halfLifeMs
    case 'window_count':
      return later(newest.at, (at) => inWindow(feature, reads, at).length)
    case 'window_sum':
      return later(newest.at, (at) =>
        inWindow(feature, reads, at).reduce((total, r) => total + Number(r.value), 0),
      )
    default:
      throw new Error(`the oracle does not know features of kind ${feature.kind}`)
  }
}

const later = (from: number, of: (at: number) => number): readonly (readonly [string, number])[] =>
  askedLater.map((ms) => [String(ms), of(from + ms)])

/** Those whose hour or day is one of the last ones, by what a clock on the wall shows. */
function inWindow({ timeZone, window }: StatedFeature, reads: readonly Read[], at: number): Read[] {
  if (window === null) throw new Error('a window is missing')
  const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  const bucket = (time: number): number =>
    window.unit === 'hour'
      ? Math.floor(time / 3_600_000)
      : Date.parse(calendar.format(time)) / dayMs
  const present = bucket(at)
  return reads.filter((r) => {
    const of = bucket(r.at)
    return of <= present && of > present - window.buckets
  })
}

function pathOf(entry: LedgerEntry, path: string | null): string | number | boolean | null {
  if (path === null) return null
  if (path === 'source') return entry.source
  if (path === 'channel') return entry.channel
  if (path === 'type') return entry.type
  if (path.startsWith('traits.')) return entry.traits[path.slice('traits.'.length)] ?? null
  return (
    entry.properties[path.startsWith('properties.') ? path.slice('properties.'.length) : path] ??
    null
  )
}

const asText = (value: string | number | boolean | null): string | null =>
  value === null ? null : String(value)
