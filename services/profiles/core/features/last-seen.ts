import { epochMs } from '#runtime/event/ids.ts'
import { type FeatureAlgebra, isNumbers } from './algebra.ts'

/** [newest event time]. */
type State = [at: number]

export const lastSeen: FeatureAlgebra<State> = {
  reads: 'nothing',
  update(state, _feature, _value, _key, { occurredAt }) {
    if (state === undefined) return [occurredAt]
    if (occurredAt > state[0]) state[0] = occurredAt
    return state
  },
  merge: (a, b) => [Math.max(a[0], b[0])],
  finalize: (state) => ({ kind: 'instant', at: epochMs(state[0]) }),
  accepts: (state): state is State => isNumbers(state, 1),
}
