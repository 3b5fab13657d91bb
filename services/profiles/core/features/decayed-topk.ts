import type { CompiledFeature } from '#runtime/definition/compiled.ts'
import {
  keptTextBytesMax,
  rankedBytes,
  rankedKeptPerShown,
  rankedNumbersBytes,
} from '#runtime/definition/state-bounds.ts'
import type { Scalar } from '#runtime/event/event.ts'
import { isTextWithin, textBytes } from '#runtime/log/json-bytes.ts'
import {
  type FeatureAlgebra,
  halfLifeOf,
  isFiniteNumber,
  type Occurrence,
  type RefusedValue,
} from './algebra.ts'
import { decay } from './decay.ts'
import { readAmount } from './read-amount.ts'

/**
 * Per key the decayed weight at the key's own newest event; three parallel arrays, since keys come from outside and objects have
 * `__proto__`. `lost` is the decayed weight of everything pruned, at `ref`: an upper bound of what any key may be missing.
 */
type State = [ref: number, lost: number, keys: string[], refs: number[], weights: number[]]

/** A key lighter than this share of the heaviest can't come back into view before others do. */
const pruneShare = 1e-6
const keptMax = ({ k }: CompiledFeature): number => rankedKeptPerShown * (k ?? 1)
/** So many keys fit, however long. */
const surelyKept = ({ k }: CompiledFeature): number =>
  Math.floor(rankedBytes(k ?? 1) / (keptTextBytesMax + rankedNumbersBytes))

const entryBytes = (key: string): number => textBytes(key) + rankedNumbersBytes

function isTooLarge({ 2: keys }: State, feature: CompiledFeature): boolean {
  if (keys.length <= surelyKept(feature)) return false
  if (keys.length > keptMax(feature)) return true
  let room = rankedBytes(feature.k ?? 1)
  for (const key of keys) room -= entryBytes(key)
  return room < 0
}

type Ranked = readonly [key: string, weight: number, index: number]

const byWeight = (a: Ranked, b: Ranked): number => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)

/** Up to so many, putting each in its place is faster than sorting. */
const placedUpTo = 50

/** Keys of a state with their weights at `ref`, heaviest first, ties by key. */
function ranked(state: State, halfLifeMs: number): readonly Ranked[] {
  const ref = state[0]
  const keys = state[2]
  const entries: Ranked[] = []
  const isSorted = keys.length > placedUpTo
  for (let index = 0; index < keys.length; index++) {
    const elapsedMs = ref - (state[3][index] ?? ref)
    const weight = decay(state[4][index] ?? 0, elapsedMs, halfLifeMs)
    const entry: Ranked = [keys[index] ?? '', weight, index]
    if (isSorted) entries.push(entry)
    else place(entries, entry)
  }
  return isSorted ? entries.toSorted(byWeight) : entries
}

function place(entries: Ranked[], entry: Ranked): void {
  let at = entries.length
  for (; at > 0; at--) {
    const before = entries[at - 1]
    if (before === undefined || byWeight(before, entry) <= 0) break
    entries[at] = before
  }
  entries[at] = entry
}

/** Keeps the heaviest 10 k that are not below the prune limit and fit the bound of the state, and remembers what the others weighed. */
function prune(state: State, feature: CompiledFeature): State {
  if (!isTooLarge(state, feature)) return state
  const max = keptMax(feature)
  let room = rankedBytes(feature.k ?? 1)
  const order = ranked(state, halfLifeOf(feature))
  const floor = (order[0]?.[1] ?? 0) * pruneShare
  const kept = new Set<number>()
  let lost = state[1]
  for (const [key, weight, index] of order) {
    room -= entryBytes(key)
    if (kept.size < max && weight >= floor && room >= 0) kept.add(index)
    else lost += weight
  }
  const keep = (_item: unknown, index: number): boolean => kept.has(index)
  return [state[0], lost, state[2].filter(keep), state[3].filter(keep), state[4].filter(keep)]
}

/** Adds a weight to a key, in place, without pruning. */
function add(state: State, key: string, weight: number, at: number, halfLifeMs: number): void {
  const ref = state[0]
  const keys = state[2]
  const refs = state[3]
  const weights = state[4]
  if (at > ref) {
    state[0] = at
    state[1] = decay(state[1], at - ref, halfLifeMs)
  }
  const index = keys.indexOf(key)
  if (index < 0) {
    keys.push(key)
    refs.push(at)
    weights.push(weight)
    return
  }
  const keyRef = refs[index] ?? at
  const held = weights[index] ?? 0
  refs[index] = Math.max(keyRef, at)
  weights[index] = decay(held, at - keyRef, halfLifeMs) + decay(weight, keyRef - at, halfLifeMs)
}

/** Weight of one event: 1 unless the file names a value. A negative weight would make the error bound a lie. */
function readWeight(value: Scalar | null, feature: CompiledFeature): number | RefusedValue {
  const weight = readAmount(value, feature)
  return typeof weight === 'number' && weight < 0 ? 'negative' : weight
}

function update(
  state: State | undefined,
  feature: CompiledFeature,
  value: Scalar | null,
  key: string | null,
  { occurredAt }: Occurrence,
): State | RefusedValue {
  if (key === null || !isTextWithin(key, keptTextBytesMax)) return 'too_long'
  const weight = readWeight(value, feature)
  if (typeof weight === 'string') return weight
  if (state === undefined) return [occurredAt, 0, [key], [occurredAt], [weight]]
  add(state, key, weight, occurredAt, halfLifeOf(feature))
  return prune(state, feature)
}

/** The keys that weigh most lately: a decayed count (or sum of `value`) per key. Exact as long as nothing was pruned. */
export const decayedTopk: FeatureAlgebra<State> = {
  reads: 'key and value',
  update,
  merge(a, b, feature) {
    const halfLifeMs = halfLifeOf(feature)
    const sum: State = [a[0], a[1], [...a[2]], [...a[3]], [...a[4]]]
    for (const [index, key] of b[2].entries())
      add(sum, key, b[4][index] ?? 0, b[3][index] ?? b[0], halfLifeMs)
    const ref = Math.max(a[0], b[0])
    sum[0] = ref
    sum[1] = decay(a[1], ref - a[0], halfLifeMs) + decay(b[1], ref - b[0], halfLifeMs)
    return prune(sum, feature)
  },
  finalize(state, feature) {
    const all = ranked(state, halfLifeOf(feature))
    const entries = all.slice(0, feature.k ?? 1).map(([key, weight]) => [key, weight] as const)
    // Lightest first: the order of a sum must not depend on the order of arrival.
    let totalAtRef = state[1]
    for (let at = all.length - 1; at >= 0; at--) totalAtRef += all[at]?.[1] ?? 0
    return { kind: 'ranked', entries, errorAtRef: state[1], totalAtRef }
  },
  accepts(state): state is State {
    const [ref, lost, keys, refs, weights] = state
    return (
      state.length === 5 &&
      isFiniteNumber(ref) &&
      isFiniteNumber(lost) &&
      Array.isArray(keys) &&
      Array.isArray(refs) &&
      Array.isArray(weights) &&
      keys.length === refs.length &&
      keys.length === weights.length &&
      keys.every((key) => typeof key === 'string') &&
      refs.every(isFiniteNumber) &&
      weights.every(isFiniteNumber)
    )
  },
}
