import { type FeatureAlgebra, isNumbers } from './algebra.ts'

/** [newest event time, number of events]. */
type State = [newestAt: number, count: number]

export const count: FeatureAlgebra<State> = {
  reads: 'nothing',
  update(state, _feature, _value, _key, { occurredAt }) {
    if (state === undefined) return [occurredAt, 1]
    if (occurredAt > state[0]) state[0] = occurredAt
    state[1] += 1
    return state
  },
  merge: (a, b) => [Math.max(a[0], b[0]), a[1] + b[1]],
  finalize: (state) => ({ kind: 'plain', value: state[1] }),
  accepts: (state): state is State => isNumbers(state, 2) && Number.isSafeInteger(state[1]),
}
