/**
 * Exact addition of doubles: a sum is held as a few non-overlapping doubles of rising magnitude whose exact total it is (Shewchuk 1997,
 * "Adaptive Precision Floating-Point Arithmetic"; the method of Python's `math.fsum`). Exact is what makes it commutative and
 * associative to the last bit, also where large values cancel.
 */
export type Partials = number[]

/** Doubles below 2^60 have at most 22 partials of 53 bits once compressed; growth beyond this is folded back. */
const partialsMax = 32

/** Adds `value` to `partials`, in place. Inputs are finite and far below overflow. */
export function addExact(partials: Partials, value: number): void {
  let carry = value
  let kept = 0
  for (const partial of partials) {
    const high = carry + partial
    const virtual = high - carry
    const low = carry - (high - virtual) + (partial - virtual)
    if (low !== 0) partials[kept++] = low
    carry = high
  }
  partials.length = kept
  if (carry !== 0 || kept === 0) partials.push(carry)
  if (partials.length > partialsMax) compress(partials)
}

/** Shewchuk's Compress: the same exact total in the fewest doubles. */
function compress(partials: Partials): void {
  const down: number[] = []
  let high = partials.pop() ?? 0
  for (const partial of partials.toReversed()) {
    const sum = high + partial
    const low = partial - (sum - high)
    high = sum
    if (low !== 0) {
      down.push(high)
      high = low
    }
  }
  partials.length = 0
  for (const partial of down.toReversed()) {
    const sum = partial + high
    const low = high - (sum - partial)
    if (low !== 0) partials.push(low)
    high = sum
  }
  partials.push(high)
}

/** The exact total, rounded once, half to even. */
export function roundExact(partials: readonly number[]): number {
  let index = partials.length - 1
  let high = partials[index] ?? 0
  let low = 0
  while (index > 0 && low === 0) {
    const x = high
    const y = partials[--index] ?? 0
    high = x + y
    low = y - (high - x)
  }
  // A tie is decided by the sign of what lies below it.
  const below = partials[index - 1] ?? 0
  if (index > 0 && ((low < 0 && below < 0) || (low > 0 && below > 0))) {
    const doubled = low * 2
    const nudged = high + doubled
    if (doubled === nudged - high) high = nudged
  }
  return high + 0
}

/** The exact total of partials that are all whole numbers. */
export const wholeExact = (partials: readonly number[]): bigint =>
  partials.reduce((total, partial) => total + BigInt(partial), 0n)
