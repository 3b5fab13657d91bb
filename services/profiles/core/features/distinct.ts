import { type FeatureAlgebra, isFiniteNumber } from './algebra.ts'
import { areRegisters, estimate, hashOf, noRegisters, union, withHash } from './hyperloglog.ts'

/** Up to so many values their hashes are kept, so that small sets are counted and not estimated. */
export const countedMax = 64

/** Longer texts are refused: a document is no value. */
const textLengthMax = 512

/** [newest event time, hashes in rising order; beyond 64 the registers of a HyperLogLog as text]. */
type State = [newestAt: number, seen: number[] | string]

const registersOf = (hashes: readonly number[]): string =>
  hashes.reduce((registers, hash) => withHash(registers, hash), noRegisters)

/** Where a hash stands in a rising list, or should. */
function placeIn(hashes: readonly number[], hash: number): number {
  let low = 0
  let high = hashes.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((hashes[middle] ?? 0) < hash) low = middle + 1
    else high = middle
  }
  return low
}

/** Adds to a list in place, without a look at its length. */
function addHash(hashes: number[], hash: number): void {
  const at = placeIn(hashes, hash)
  if (hashes[at] !== hash) hashes.splice(at, 0, hash)
}

const kept = (hashes: number[]): number[] | string =>
  hashes.length <= countedMax ? hashes : registersOf(hashes)

/**
 * Number of different values. A list of hashes holds everything that the registers would be made of, so when it turns into them does not
 * matter: any order and any split end in the same state.
 */
export const distinct: FeatureAlgebra<State> = {
  reads: 'value',
  update(state, _feature, value, _key, { occurredAt }) {
    const text = String(value)
    if (text.length > textLengthMax) return 'too_long'
    const hash = hashOf(text)
    if (state === undefined) return [occurredAt, [hash]]
    if (occurredAt > state[0]) state[0] = occurredAt
    const [, seen] = state
    if (typeof seen === 'string') state[1] = withHash(seen, hash)
    else {
      addHash(seen, hash)
      if (seen.length > countedMax) state[1] = registersOf(seen)
    }
    return state
  },
  merge(a, b) {
    const newest = Math.max(a[0], b[0])
    if (typeof a[1] === 'string')
      return [newest, union(a[1], typeof b[1] === 'string' ? b[1] : registersOf(b[1]))]
    if (typeof b[1] === 'string') return [newest, union(registersOf(a[1]), b[1])]
    const both = [...a[1]]
    for (const hash of b[1]) addHash(both, hash)
    return [newest, kept(both)]
  },
  finalize: ([, seen]) => ({
    kind: 'plain',
    value: typeof seen === 'string' ? Math.round(estimate(seen)) : seen.length,
  }),
  accepts(state): state is State {
    const [at, seen] = state
    if (state.length !== 2 || !isFiniteNumber(at)) return false
    if (typeof seen === 'string') return areRegisters(seen)
    return (
      Array.isArray(seen) &&
      seen.length > 0 &&
      seen.length <= countedMax &&
      seen.every(
        (hash, index) =>
          Number.isSafeInteger(hash) && (index === 0 || hash > Number(seen[index - 1])),
      )
    )
  },
}
