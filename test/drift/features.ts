import { countNumeric, type NumericEdges } from '../../services/drift/core/bins/numeric-bins.ts'
import type { ActKind } from '../world/acts.ts'
import type { Deed } from './people-days.ts'

/**
 * Features as the product has them, of many people at once. Written apart from services/, as plain arrays, since a year of ten thousand people has no
 * need of a log.
 */
export interface Feature {
  readonly name: string
  readonly kind: 'decayed_count' | 'decayed_sum' | 'window_count'
  readonly acts: readonly ActKind[]
  /** Half-life or length of the window, in days. */
  readonly days: number
  /** It reads the property that sources leave out now and then: such deeds say nothing to it. */
  readonly readsProperty: boolean
}

const families: readonly (readonly [
  name: string,
  acts: readonly ActKind[],
  readsProperty?: true,
])[] = [
  ['visits', ['page', 'product', 'search', 'cart']],
  ['products', ['product'], true],
  ['carts', ['add', 'cart', 'checkout']],
  ['searches', ['search']],
  ['orders', ['order', 'till_order', 'envelope_order']],
  ['mail', ['mail_open', 'mail_click']],
  ['clicks', ['mail_click']],
]

/** Fifty of them. */
export const features: readonly Feature[] = [
  ...families.flatMap(([name, acts, readsProperty = false]) =>
    [3, 7, 14, 30].map(
      (days): Feature => ({
        name: `${name}_decayed_${days}d`,
        kind: 'decayed_count',
        acts,
        days,
        readsProperty,
      }),
    ),
  ),
  ...families.flatMap(([name, acts, readsProperty = false]) =>
    [7, 30].map(
      (days): Feature => ({
        name: `${name}_in_${days}d`,
        kind: 'window_count',
        acts,
        days,
        readsProperty,
      }),
    ),
  ),
  ...[3, 7, 14, 21, 30, 45, 60, 90].map(
    (days): Feature => ({
      name: `spending_decayed_${days}d`,
      kind: 'decayed_sum',
      acts: ['order', 'till_order', 'envelope_order'],
      days,
      readsProperty: false,
    }),
  ),
]

/** One feature of everybody. */
export interface FeatureOfAll {
  /** Begins a day; days come in order, none left out. */
  begin(day: number): void
  add(deed: Deed): void
  /** As of a day's end. */
  values(day: number): Float64Array
  /** The same in bins, without making them. */
  counts(edges: NumericEdges, day: number): readonly number[]
  copy(): FeatureOfAll
}

const createFeature = (feature: Feature, people: number): FeatureOfAll =>
  feature.kind === 'window_count'
    ? windowOf(new Float64Array(people), feature.days, [])
    : decayedOf(new Float64Array(people), feature)

/** A deed at t weighs 2^(t / half-life), so that nothing but the scale changes with time: what the product keeps as a value and its time. */
function decayedOf(weights: Float64Array, feature: Feature): FeatureOfAll {
  const { days: halfLife, kind } = feature
  const rate = Math.LN2 / halfLife
  return {
    begin() {},
    add({ person, at, total }) {
      const added = (kind === 'decayed_sum' ? total : 1) * Math.exp(at * rate)
      weights[person] = (weights[person] ?? 0) + added
    },
    values: (day) => weights.map((weight) => weight * Math.exp(-(day + 1) * rate)),
    counts({ edges, ...rest }, day) {
      const scale = Math.exp((day + 1) * rate)
      return countNumeric({ ...rest, edges: edges.map((edge) => edge * scale) }, weights, 0)
    },
    copy: () => decayedOf(weights.slice(), feature),
  }
}

/** Whole days, as many as it is long. */
function windowOf(
  totals: Float64Array,
  days: number,
  buckets: readonly Uint16Array[],
): FeatureOfAll {
  const counts =
    buckets.length > 0
      ? buckets
      : Array.from({ length: days }, () => new Uint16Array(totals.length))
  return {
    begin(day) {
      const oldest = counts[day % days]
      if (oldest === undefined) return
      for (let person = 0; person < oldest.length; person += 1) {
        const gone = oldest[person] ?? 0
        if (gone > 0) totals[person] = (totals[person] ?? 0) - gone
      }
      oldest.fill(0)
    },
    add({ person, at }) {
      const bucket = counts[Math.floor(at) % days]
      if (bucket !== undefined) bucket[person] = (bucket[person] ?? 0) + 1
      totals[person] = (totals[person] ?? 0) + 1
    },
    values: () => totals.slice(),
    counts: (edges) => countNumeric(edges, totals, 0),
    copy: () =>
      windowOf(
        totals.slice(),
        days,
        counts.map((bucket) => bucket.slice()),
      ),
  }
}

/** All features of all people. */
export interface People {
  /** The next day. */
  live(day: number, deeds: readonly Deed[]): void
  readonly states: readonly FeatureOfAll[]
  copy(): People
}

export const createPeople = (people: number): People =>
  peopleOf(features.map((feature) => createFeature(feature, people)))

function peopleOf(states: readonly FeatureOfAll[]): People {
  return {
    live(day, deeds) {
      for (const state of states) state.begin(day)
      for (const deed of deeds)
        for (const place of placesOf.get(deed.kind) ?? [])
          if (!deed.bare || features[place]?.readsProperty === false) states[place]?.add(deed)
    },
    states,
    copy: () => peopleOf(states.map((state) => state.copy())),
  }
}

/** Which features a deed counts for. */
const placesOf = new Map<ActKind, number[]>()
for (const [place, { acts }] of features.entries())
  for (const kind of acts) placesOf.set(kind, [...(placesOf.get(kind) ?? []), place])
