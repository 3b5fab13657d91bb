import type { FeatureKind } from '#runtime/definition/feature-kinds.ts'
import type { Algebras, FeatureAlgebra } from './algebra.ts'
import { count } from './count.ts'
import { decayedMean } from './decayed-mean.ts'
import { decayedCount, decayedSum } from './decayed-sum.ts'
import { decayedTopk } from './decayed-topk.ts'
import { distinct } from './distinct.ts'
import { first, last } from './edge.ts'
import { max, min } from './extreme.ts'
import { lastSeen } from './last-seen.ts'
import { interval, rate } from './pace-of-events.ts'
import { sum } from './sum.ts'
import { windowCount, windowSum } from './window.ts'

// Each algebra knows its own state's type; a state only ever meets the algebra of the feature id under which it is stored.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const algebras = {
  decayed_count: decayedCount,
  decayed_sum: decayedSum,
  decayed_mean: decayedMean,
  decayed_topk: decayedTopk,
  count,
  sum,
  min,
  max,
  first,
  last,
  last_seen: lastSeen,
  distinct,
  window_count: windowCount,
  window_sum: windowSum,
  interval,
  rate,
} as unknown as Algebras

const byKind: ReadonlyMap<string, FeatureAlgebra> = new Map(Object.entries(algebras))

/** @throws TypeError for a derived kind: it has no state. */
export function algebraOf(kind: FeatureKind): FeatureAlgebra {
  const algebra = byKind.get(kind)
  if (algebra === undefined)
    throw new TypeError(`a feature of kind ${kind} has no state of its own`)
  return algebra
}
