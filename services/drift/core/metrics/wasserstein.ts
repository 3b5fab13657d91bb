/**
 * First Wasserstein distance between two samples: the area between their empirical distribution functions. Both ascending, without nulls. null:
 * one is empty, or an infinity makes the area one.
 */
export function wassersteinOf(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
): number | null {
  const [n, m] = [reference.length, current.length]
  if (n === 0 || m === 0) return null
  let area = 0
  let [i, j] = [0, 0]
  let before = Math.min(reference[0] ?? 0, current[0] ?? 0)
  while (i < n || j < m) {
    const next = Math.min(
      i < n ? (reference[i] ?? 0) : Number.POSITIVE_INFINITY,
      j < m ? (current[j] ?? 0) : Number.POSITIVE_INFINITY,
    )
    const difference = Math.abs(i / n - j / m)
    if (difference > 0) area += difference * (next - before)
    while (i < n && (reference[i] ?? 0) <= next) i += 1
    while (j < m && (current[j] ?? 0) <= next) j += 1
    before = next
  }
  return Number.isFinite(area) ? area : null
}

/** Mean and standard deviation of a whole population (ddof 0), in one pass (Welford 1962). */
export function momentsOf(values: ArrayLike<number>): {
  readonly mean: number
  readonly sd: number
} {
  let mean = 0
  let squares = 0
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0
    const away = value - mean
    mean += away / (index + 1)
    squares += away * (value - mean)
  }
  return { mean, sd: values.length === 0 ? 0 : Math.sqrt(squares / values.length) }
}
