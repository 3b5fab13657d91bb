import { epochMs } from '#runtime/event/ids.ts'
import { type FeatureAlgebra, halfLifeOf, isNumbers } from './algebra.ts'
import { decayedCount } from './decayed-sum.ts'
import type { FeatureState } from '../state.ts'

const dayMs = 86_400_000

/** [newest event time, oldest event time, number of events]. */
type State = [newestAt: number, oldestAt: number, count: number]

function add(state: State | undefined, at: number): State {
  if (state === undefined) return [at, at, 1]
  if (at > state[0]) state[0] = at
  if (at < state[1]) state[1] = at
  state[2] += 1
  return state
}

const merge = (a: State, b: State): State => [
  Math.max(a[0], b[0]),
  Math.min(a[1], b[1]),
  a[2] + b[2],
]

const accepts = (state: FeatureState): state is State =>
  isNumbers(state, 3) && Number(state[1]) <= Number(state[0]) && Number.isSafeInteger(state[2])

/**
 * Mean time between one event and the next, in seconds: the gaps add up to last - first, whatever lies between. One event has no interval.
 * It can't fade: which gap is the last depends on events that another fragment may hold. `rate` with a half-life says the same, fading.
 */
export const interval: FeatureAlgebra<State> = {
  reads: 'nothing',
  update: (state, _feature, _value, _key, { occurredAt }) => add(state, occurredAt),
  merge,
  finalize: ([newest, oldest, count]) =>
    count < 2 ? { kind: 'none' } : { kind: 'plain', value: (newest - oldest) / (count - 1) / 1000 },
  accepts,
}

/** Events per day since the first one. */
const sinceFirst: FeatureAlgebra<State> = {
  reads: 'nothing',
  update: (state, _feature, _value, _key, { occurredAt }) => add(state, occurredAt),
  merge,
  finalize: ([, oldest, count]) => ({ kind: 'rate', events: count, firstAt: epochMs(oldest) }),
  accepts,
}

/** A decayed count S of a steady stream of r events per day tends to r · half-life / ln 2, so S · ln 2 / half-life says r as it lately was. */
const fading: typeof decayedCount = {
  ...decayedCount,
  finalize(state, feature) {
    const perDay = (Math.LN2 * dayMs) / halfLifeOf(feature)
    return { kind: 'decayed', valueAtRef: state[1] * perDay }
  },
}

/** Events per day: since the first one, or with a half-life as things lately were. The feature's id tells the two states apart. */
export const rate: FeatureAlgebra = {
  reads: 'nothing',
  update(state, feature, value, key, occurrence) {
    if (feature.halfLifeMs === null)
      return sinceFirst.update(own(sinceFirst, state), feature, value, key, occurrence)
    return fading.update(own(fading, state), feature, value, key, occurrence)
  },
  merge(a, b, feature) {
    if (sinceFirst.accepts(a) && sinceFirst.accepts(b)) return sinceFirst.merge(a, b, feature)
    if (fading.accepts(a) && fading.accepts(b)) return fading.merge(a, b, feature)
    throw new TypeError('two states of a rate have different shapes')
  },
  finalize(state, feature) {
    if (sinceFirst.accepts(state)) return sinceFirst.finalize(state, feature)
    if (fading.accepts(state)) return fading.finalize(state, feature)
    throw new TypeError('no state of a rate')
  },
  accepts: (state): state is FeatureState => sinceFirst.accepts(state) || fading.accepts(state),
}

function own<S extends FeatureState>(
  algebra: FeatureAlgebra<S>,
  state: FeatureState | undefined,
): S | undefined {
  if (state === undefined || algebra.accepts(state)) return state
  throw new TypeError('no state of a rate')
}
