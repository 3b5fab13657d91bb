import { keptTextBytesMax } from '#runtime/definition/state-bounds.ts'
import type { Scalar } from '#runtime/event/event.ts'
import { isTextWithin } from '#runtime/log/json-bytes.ts'
import { type FeatureAlgebra, isFiniteNumber, type Occurrence } from './algebra.ts'

/** [newest event time, time, source and key of the event that holds the edge, its value]. */
type State = [newestAt: number, at: number, source: string, eventKey: string, value: Scalar]

const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'string' || typeof value === 'boolean' || isFiniteNumber(value)

/** Order of two events: by time, ties by (source, event key), so that arrival order never decides. */
function compare(at: number, source: string, eventKey: string, state: State): number {
  if (at !== state[1]) return at - state[1]
  if (source !== state[2]) return source < state[2] ? -1 : 1
  if (eventKey !== state[3]) return eventKey < state[3] ? -1 : 1
  return 0
}

/** `sign` 1: the latest event's value wins; -1: the earliest one's. */
const edge = (sign: 1 | -1): FeatureAlgebra<State> => ({
  reads: 'value',
  update(state, _feature, value, _key, { occurredAt, source, eventKey }: Occurrence) {
    if (value === null || !isScalar(value)) return 'not_finite'
    if (typeof value === 'string' && !isTextWithin(value, keptTextBytesMax)) return 'too_long'
    if (state === undefined) return [occurredAt, occurredAt, source, eventKey, value]
    if (sign * compare(occurredAt, source, eventKey, state) > 0) {
      state[1] = occurredAt
      state[2] = source
      state[3] = eventKey
      state[4] = value
    }
    if (occurredAt > state[0]) state[0] = occurredAt
    return state
  },
  merge(a, b) {
    const [, at, source, eventKey, value] = sign * compare(a[1], a[2], a[3], b) >= 0 ? a : b
    return [Math.max(a[0], b[0]), at, source, eventKey, value]
  },
  finalize: (state) => ({ kind: 'plain', value: state[4] }),
  accepts(state): state is State {
    const [newest, at, source, eventKey, value] = state
    return (
      state.length === 5 &&
      isFiniteNumber(newest) &&
      isFiniteNumber(at) &&
      typeof source === 'string' &&
      typeof eventKey === 'string' &&
      isScalar(value)
    )
  },
})

export const first = edge(-1)
export const last = edge(1)
