import { type FeatureAlgebra, isNumbers } from './algebra.ts'
import { moneyValue } from './money.ts'
import { readExact } from './read-amount.ts'

/** [newest event time, the extreme value; of money a whole number of 1e-4 units]. */
type State = [newestAt: number, value: number]

const extreme = (better: (a: number, b: number) => number): FeatureAlgebra<State> => ({
  reads: 'value',
  update(state, feature, value, _key, { occurredAt }) {
    const amount = readExact(value, feature)
    if (typeof amount === 'string') return amount
    if (state === undefined) return [occurredAt, amount]
    if (occurredAt > state[0]) state[0] = occurredAt
    state[1] = better(state[1], amount)
    return state
  },
  merge: (a, b) => [Math.max(a[0], b[0]), better(a[1], b[1])],
  finalize: ([, value], { currency }) =>
    currency === null ? { kind: 'plain', value: value + 0 } : moneyValue(BigInt(value)),
  accepts: (state): state is State => isNumbers(state, 2),
})

export const min = extreme(Math.min)
export const max = extreme(Math.max)
