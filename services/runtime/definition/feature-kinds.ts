/** Kinds with a state of their own: an algebra over events. */
export const foldedKinds = [
  'decayed_count',
  'decayed_sum',
  'decayed_mean',
  'decayed_topk',
  'count',
  'sum',
  'min',
  'max',
  'first',
  'last',
  'last_seen',
  'distinct',
  'window_count',
  'window_sum',
  'interval',
  'rate',
] as const

/** Kinds that are read off other features when somebody asks: no state, no cost per event. */
export const derivedKinds = ['ratio', 'expression', 'affinity', 'rfm'] as const

export const featureKinds = [...foldedKinds, ...derivedKinds] as const

export type FoldedKind = (typeof foldedKinds)[number]
export type DerivedKind = (typeof derivedKinds)[number]
export type FeatureKind = FoldedKind | DerivedKind

/**
 * How a value stands in time, which decides its columns, how it is read as of a moment, and what a rule can do with it:
 * - `plain` only events change it;
 * - `decayed` halves once per half-life;
 * - `steps` is another one from known moments on (a window's buckets leave, a recency score falls);
 * - `rate` is a number of events divided by the days since the first;
 * - `instant` is a moment, of which rules read the age;
 * - `ranked` are keys by weights that fade, `shares` keys by their part of the whole.
 */
export type FeatureShape = 'plain' | 'decayed' | 'steps' | 'rate' | 'instant' | 'ranked' | 'shares'

/** The shape of a folded kind; `fades`: it has a half-life. */
export function shapeOfKind(kind: FoldedKind, fades: boolean): FeatureShape {
  switch (kind) {
    case 'decayed_count':
    case 'decayed_sum':
      return 'decayed'
    case 'decayed_topk':
      return 'ranked'
    case 'window_count':
    case 'window_sum':
      return 'steps'
    case 'rate':
      return fades ? 'decayed' : 'rate'
    case 'last_seen':
      return 'instant'
    case 'decayed_mean':
    case 'count':
    case 'sum':
    case 'min':
    case 'max':
    case 'first':
    case 'last':
    case 'distinct':
    case 'interval':
      return 'plain'
    default:
      return kind satisfies never
  }
}

const zeroKinds: ReadonlySet<FeatureKind> = new Set([
  'count',
  'sum',
  'decayed_count',
  'decayed_sum',
  'distinct',
  'window_count',
  'window_sum',
  'rate',
])

/**
 * Whether a feature reads as 0 where nothing has happened yet: sums, counts and rates do. A ranking is empty then; a mean, an extreme, a first or
 * last value, a last time, an interval and what is derived of others are unknown, since there is none.
 */
export const isZeroWhenAbsent = (kind: FeatureKind): boolean => zeroKinds.has(kind)

/** Entries of a decayed_topk that are shown, unless its `k` says otherwise. */
export const defaultK = 10

const derived: ReadonlySet<FeatureKind> = new Set(derivedKinds)

export const isDerived = (kind: FeatureKind): kind is DerivedKind => derived.has(kind)
