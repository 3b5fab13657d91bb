/** Bins of equal width as numpy has them: `edges[i] <= x < edges[i + 1]`, the last one closed; what is outside is in none. */

/** Where a column has one value only, half a unit to either side. */
function outerEdges(low: number, high: number): readonly [first: number, last: number] {
  return low === high ? [low - 0.5, high + 0.5] : [low, high]
}

export function equalWidthEdges(low: number, high: number, bins: number): readonly number[] {
  const [first, last] = outerEdges(low, high)
  const step = (last - first) / bins
  return Array.from({ length: bins + 1 }, (_, index) =>
    index === bins ? last : index * step + first,
  )
}

function edgesOfWidth(sorted: ArrayLike<number>, width: number): readonly number[] {
  const low = sorted[0] ?? 0
  const high = sorted[sorted.length - 1] ?? 0
  const [first, last] = outerEdges(low, high)
  return equalWidthEdges(low, high, width > 0 ? Math.ceil((last - first) / width) : 1)
}

const rangeOf = (sorted: ArrayLike<number>): number =>
  (sorted[sorted.length - 1] ?? 0) - (sorted[0] ?? 0)

/** Sturges (1926): log2(n) + 1 bins. @param whole The values are integers, of which no bin is narrower than one. */
export function sturgesEdges(sorted: ArrayLike<number>, whole: boolean): readonly number[] {
  const width = rangeOf(sorted) / (Math.log2(sorted.length) + 1)
  return edgesOfWidth(sorted, whole && width > 0 && width < 1 ? 1 : width)
}

/** Doane (1976): Sturges with more bins the more skewed the values are. */
export function doaneEdges(sorted: ArrayLike<number>): readonly number[] {
  const n = sorted.length
  const skewness = n > 2 ? skewnessOf(sorted) : null
  if (skewness === null) return edgesOfWidth(sorted, 0)
  const spread = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)))
  const bins = 1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness) / spread)
  return edgesOfWidth(sorted, rangeOf(sorted) / bins)
}

/** null: all values are the same. */
function skewnessOf(values: ArrayLike<number>): number | null {
  const n = values.length
  let mean = 0
  for (let index = 0; index < n; index += 1) mean += (values[index] ?? 0) / n
  let [squares, cubes] = [0, 0]
  for (let index = 0; index < n; index += 1) squares += ((values[index] ?? 0) - mean) ** 2
  const sd = Math.sqrt(squares / n)
  if (sd === 0) return null
  for (let index = 0; index < n; index += 1) cubes += (((values[index] ?? 0) - mean) / sd) ** 3
  return cubes / n
}

/** @param sorted Ascending. */
export function countBetween(
  edges: readonly number[],
  sorted: ArrayLike<number>,
): readonly number[] {
  const last = edges.length - 1
  const places = edges.map((edge, index) => countBelow(sorted, edge, index === last))
  return places.slice(1).map((place, index) => place - (places[index] ?? 0))
}

/** How many of them are below the edge, or at it too. */
export function countBelow(sorted: ArrayLike<number>, edge: number, closed: boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    const value = sorted[middle] ?? 0
    if (value < edge || (closed && value === edge)) low = middle + 1
    else high = middle
  }
  return low
}
