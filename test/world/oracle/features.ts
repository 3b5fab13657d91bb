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
  /** Fields by which a derived feature names others: field to name. */
  readonly derivedOf: Readonly<Record<string, string>>
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

/** Newest event that a feature reads; of an rfm the one that it is counted from. */
export function newestRead(
  feature: StatedFeature,
  entries: readonly LedgerEntry[],
  all: readonly StatedFeature[],
): number | null {
  const recency = all.find(({ name }) => name === feature.derivedOf['recency'])
  return readsOf(recency ?? feature, entries).at(-1)?.at ?? null
}

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

/** What a feature is worth to a person with these events. `all`: the features that it may be derived of. */
export function expectedFeature(
  feature: StatedFeature,
  entries: readonly LedgerEntry[],
  all: readonly StatedFeature[],
): Expected {
  if (Object.keys(feature.derivedOf).length > 0) return expectedDerived(feature, entries, all)
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

/** What is derived of numbers that do not move in time, of a ranking, or of a last time and such numbers (an rfm with the cut points of a file that states none). */
function expectedDerived(
  feature: StatedFeature,
  entries: readonly LedgerEntry[],
  all: readonly StatedFeature[],
): Expected {
  const part = (field: string): StatedFeature => {
    const found = all.find(({ name }) => name === feature.derivedOf[field])
    if (found === undefined) throw new Error(`${feature.name} reads nothing as ${field}`)
    return found
  }
  const of = (field: string): Expected => expectedFeature(part(field), entries, all)
  const number = (field: string): number => {
    const value = of(field)
    if (value === null) return 0
    if (typeof value === 'number') return value
    throw new Error(`the oracle derives ${feature.name} of plain numbers alone`)
  }
  switch (feature.kind) {
    case 'ratio': {
      const denominator = number('denominator')
      return denominator === 0 ? null : number('numerator') / denominator
    }
    case 'affinity': {
      // All keys of the ranking, however few of them are shown.
      const ranking = expectedFeature({ ...part('of'), k: Infinity }, entries, all)
      if (!Array.isArray(ranking)) return null
      const pairs = ranking as readonly (readonly [string, number])[]
      const whole = pairs.reduce((total, [, weight]) => total + weight, 0)
      return pairs.slice(0, part('of').k).map(([key, weight]) => [key, weight / whole] as const)
    }
    case 'rfm': {
      const seenAt = of('recency')
      if (typeof seenAt !== 'number') return null
      const rest = `${score(number('frequency'), [2, 3, 5, 10])}${score(number('monetary'), [50, 100, 250, 500])}`
      return askedLater.map((ms) => {
        const passed = [30, 90, 180, 365].filter((days) => ms > days * dayMs).length
        return [`${ms}`, Number(`${5 - passed}${rest}`)] as const
      })
    }
    default:
      throw new Error(`the oracle does not know features of kind ${feature.kind}`)
  }
}

const score = (value: number, cuts: readonly number[]): number =>
  1 + cuts.filter((cut) => value >= cut).length

const later = (from: number, of: (at: number) => number): readonly (readonly [string, number])[] =>
  askedLater.map((ms) => [String(ms), of(from + ms)])

const shown = new Map<string, number>()
const quarterMs = 900_000

/** The day that a calendar on the wall shows, as a number. No zone changes within a quarter of an hour, and asking the calendar takes long. */
function dateShown(time: number, timeZone: string): number {
  const quarter = Math.floor(time / quarterMs)
  const key = `${timeZone} ${quarter}`
  const known = shown.get(key)
  if (known !== undefined) return known
  const calendar =
    calendars.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  calendars.set(timeZone, calendar)
  const day = Date.parse(calendar.format(quarter * quarterMs)) / dayMs
  shown.set(key, day)
  return day
}

const calendars = new Map<string, Intl.DateTimeFormat>()

/** Those whose hour or day is one of the last ones, by what a clock on the wall shows. */
function inWindow({ timeZone, window }: StatedFeature, reads: readonly Read[], at: number): Read[] {
  if (window === null) throw new Error('a window is missing')
  const bucket = (time: number): number =>
    window.unit === 'hour' ? Math.floor(time / 3_600_000) : dateShown(time, timeZone)
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
