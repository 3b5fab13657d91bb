import type { FeatureKind } from '#runtime/definition/compiled.ts'
import type { Algebras, FeatureAlgebra } from './algebra.ts'
import { count } from './count.ts'
import { decayedMean } from './decayed-mean.ts'
import { decayedCount, decayedSum } from './decayed-sum.ts'
import { decayedTopk } from './decayed-topk.ts'
import { first, last } from './edge.ts'
import { max, min } from './extreme.ts'
import { lastSeen } from './last-seen.ts'
import { sum } from './sum.ts'

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
} as unknown as Algebras

export const algebraOf = (kind: FeatureKind): FeatureAlgebra => algebras[kind]
