/**
 * Frozen bins of a numeric reference: deciles as inner edges, open ends. Bin i holds edges[i-1] <= x < edges[i]. Where zeros are many they have a
 * bin of their own, since "did nothing" and "did a little" are different news; nulls always have one.
 */
export interface NumericEdges {
  readonly kind: 'numeric'
  /** Ascending, distinct. */
  readonly edges: readonly number[]
  readonly zeros: boolean
}

/** Share of rows from which on exact zeros are a bin of their own. */
export const zeroShareMin = 0.05
const parts = 10
export const decileLevels: readonly number[] = Array.from(
  { length: parts - 1 },
  (_, index) => (index + 1) / parts,
)

/**
 * @param sorted The reference's values without nulls, ascending.
 * @param rows Its rows, nulls included.
 */
export function numericEdges(sorted: ArrayLike<number>, rows: number): NumericEdges {
  const [zerosFrom, zerosTo] = zerosOf(sorted)
  const zeros = rows > 0 && (zerosTo - zerosFrom) / rows >= zeroShareMin
  const at = (index: number): number =>
    sorted[zeros && index >= zerosFrom ? index + zerosTo - zerosFrom : index] ?? Number.NaN
  const count = sorted.length - (zeros ? zerosTo - zerosFrom : 0)
  if (count === 0) return { kind: 'numeric', edges: [], zeros }
  const deciles = decileLevels.map((level) => quantileOf(at, count, level))
  return edgesOf(at(0), deciles, at(count - 1), zeros)
}

/** The same of what somebody else has sorted: smallest, deciles and largest of the values, without zeros where these have a bin of their own. */
export function edgesOf(
  low: number,
  deciles: readonly number[],
  high: number,
  zeros: boolean,
): NumericEdges {
  // One value: what is above it must not fall in with it.
  if (low === high)
    return { kind: 'numeric', edges: [low, nextAbove(low)].filter(Number.isFinite), zeros }
  // What is infinite is in the open ends.
  return { kind: 'numeric', edges: [...new Set(deciles)].filter(Number.isFinite), zeros }
}

/** Linear between neighbours (type 7 of Hyndman and Fan 1996, which numpy and ClickHouse's quantileExactInclusive take). */
export function quantileOf(at: (index: number) => number, count: number, level: number): number {
  const place = (count - 1) * level
  const below = Math.floor(place)
  return between(at(below), at(Math.min(below + 1, count - 1)), place - below)
}

/** The value at a share of the way from one to the next. */
export function between(lower: number, upper: number, share: number): number {
  if (share === 0 || lower === upper) return lower
  const step = upper - lower
  // Between infinities there is no middle; between numbers that lie further apart than the largest of them there is.
  return Number.isFinite(step) ? lower + step * share : lower * (1 - share) + upper * share
}

/** Index of each value's bin: those of the edges, then the zero bin if there is one. */
export function countNumeric(
  { edges, zeros }: NumericEdges,
  values: ArrayLike<number>,
  nulls: number,
): readonly number[] {
  const counts: number[] = Array.from({ length: binsOf({ edges, zeros }) }, () => 0)
  const zeroBin = edges.length + 1
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN
    const bin = zeros && value === 0 ? zeroBin : edgesUpTo(edges, value)
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  counts[counts.length - 1] = nulls
  return counts
}

export const binsOf = ({ edges, zeros }: Pick<NumericEdges, 'edges' | 'zeros'>): number =>
  edges.length + 1 + (zeros ? 1 : 0) + 1

/** How many edges are not above the value. */
function edgesUpTo(edges: readonly number[], value: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((edges[middle] ?? value) <= value) low = middle + 1
    else high = middle
  }
  return low
}

function zerosOf(sorted: ArrayLike<number>): readonly [from: number, to: number] {
  const from = firstWhere(sorted, (value) => value >= 0)
  return [
    from,
    Math.max(
      from,
      firstWhere(sorted, (value) => value > 0),
    ),
  ]
}

function firstWhere(sorted: ArrayLike<number>, holds: (value: number) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(sorted[middle] ?? Number.NaN)) high = middle
    else low = middle + 1
  }
  return low
}

/** The next double above; of the largest, infinity. */
function nextAbove(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n))
  // Above the negative number next to it is zero, not what is below zero.
  return bits.getFloat64(0) + 0
}
