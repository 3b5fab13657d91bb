import { type FeatureAlgebra, halfLifeOf, isNumbers } from './algebra.ts'
import { decay } from './decay.ts'
import { readAmount } from './read-amount.ts'

/**
 * [tRef, S: decayed sum, C: decayed count], both at tRef. The newest event weighs exactly 1 there, so C ≥ 1 and S/C is never 0/0;
 * as-of decay would scale both alike, so the mean itself does not move with time.
 */
type State = [ref: number, sum: number, count: number]

export const decayedMean: FeatureAlgebra<State> = {
  reads: 'value',
  update(state, feature, value, _key, { occurredAt }) {
    const amount = readAmount(value, feature)
    if (typeof amount === 'string') return amount
    if (state === undefined) return [occurredAt, amount, 1]
    const [ref, sum, count] = state
    const halfLifeMs = halfLifeOf(feature)
    if (occurredAt >= ref) {
      const factor = decay(1, occurredAt - ref, halfLifeMs)
      state[0] = occurredAt
      state[1] = sum * factor + amount
      state[2] = count * factor + 1
    } else {
      const weight = decay(1, ref - occurredAt, halfLifeMs)
      state[1] = sum + amount * weight
      state[2] = count + weight
    }
    return state
  },
  merge(a, b, feature) {
    const ref = Math.max(a[0], b[0])
    const halfLifeMs = halfLifeOf(feature)
    const left = decay(1, ref - a[0], halfLifeMs)
    const right = decay(1, ref - b[0], halfLifeMs)
    return [ref, a[1] * left + b[1] * right, a[2] * left + b[2] * right]
  },
  finalize: ([, sum, count]) => ({ kind: 'plain', value: sum / count + 0 }),
  accepts: (state): state is State => isNumbers(state, 3) && Number(state[2]) >= 1,
}
