import { type FeatureAlgebra, isFiniteNumber } from './algebra.ts'
import { addExact, type Partials, roundExact, wholeExact } from './exact-sum.ts'
import { moneyValue } from './money.ts'
import { readExact } from './read-amount.ts'

/** [newest event time, exact partials]; of money the partials are whole numbers of 1e-4 units. */
type State = [newestAt: number, partials: Partials]

/** The plain sum of values, exact: any order, any grouping gives the same bits. */
export const sum: FeatureAlgebra<State> = {
  reads: 'value',
  update(state, feature, value, _key, { occurredAt }) {
    const amount = readExact(value, feature)
    if (typeof amount === 'string') return amount
    if (state === undefined) return [occurredAt, [amount]]
    if (occurredAt > state[0]) state[0] = occurredAt
    addExact(state[1], amount)
    return state
  },
  merge(a, b) {
    const partials = [...a[1]]
    for (const partial of b[1]) addExact(partials, partial)
    return [Math.max(a[0], b[0]), partials]
  },
  finalize: ([, partials], { currency }) =>
    currency === null
      ? { kind: 'plain', value: roundExact(partials) }
      : moneyValue(wholeExact(partials)),
  accepts(state): state is State {
    const [at, partials] = state
    return (
      state.length === 2 &&
      isFiniteNumber(at) &&
      Array.isArray(partials) &&
      partials.length > 0 &&
      partials.every(isFiniteNumber)
    )
  },
}
