import type { CompiledFeature } from '#runtime/definition/compiled.ts'
import { type FeatureAlgebra, halfLifeOf, isNumbers } from './algebra.ts'
import type { FeatureState } from '../state.ts'
import { decay } from './decay.ts'
import { readAmount } from './read-amount.ts'

/** [tRef: newest event time, S: the sum as it stands at tRef]. */
type State = [ref: number, sum: number]

function add(state: State | undefined, amount: number, at: number, halfLifeMs: number): State {
  if (state === undefined) return [at, amount]
  const ref = state[0]
  if (at >= ref) {
    state[0] = at
    state[1] = decay(state[1], at - ref, halfLifeMs) + amount
  } else {
    state[1] += decay(amount, ref - at, halfLifeMs)
  }
  return state
}

function merge(a: State, b: State, feature: CompiledFeature): State {
  const ref = Math.max(a[0], b[0])
  const halfLifeMs = halfLifeOf(feature)
  return [ref, decay(a[1], ref - a[0], halfLifeMs) + decay(b[1], ref - b[0], halfLifeMs)]
}

const accepts = (state: FeatureState): state is State => isNumbers(state, 2)
const finalize: FeatureAlgebra<State>['finalize'] = (state) => ({
  kind: 'decayed',
  valueAtRef: state[1] + 0,
})

/** Every event weighs 1 when it happens and half of that one half-life later. */
export const decayedCount: FeatureAlgebra<State> = {
  reads: 'nothing',
  update: (state, feature, _value, _key, { occurredAt }) =>
    add(state, 1, occurredAt, halfLifeOf(feature)),
  merge,
  finalize,
  accepts,
}

/** Sum of values, each halved every half-life. Money too is a double here: a decayed amount is no sum of coins. */
export const decayedSum: FeatureAlgebra<State> = {
  reads: 'value',
  update(state, feature, value, _key, { occurredAt }) {
    const amount = readAmount(value, feature)
    return typeof amount === 'string' ? amount : add(state, amount, occurredAt, halfLifeOf(feature))
  },
  merge,
  finalize,
  accepts,
}
