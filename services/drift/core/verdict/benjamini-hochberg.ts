/** False discovery rate of a run: at most this share of what is reported is chance, on average. */
const falseDiscoveryRate = 0.01

/**
 * Which of many tests are significant together (Benjamini and Hochberg 1995): the k smallest p, for the largest k with p₍ₖ₎ <= q·k/m.
 * @param ps null: not tested, and not counted.
 */
export function significantOf(
  ps: readonly (number | null)[],
  q: number = falseDiscoveryRate,
): readonly boolean[] {
  const sorted = ps.filter((p) => p !== null).toSorted((a, b) => a - b)
  let threshold = -1
  for (const [index, p] of sorted.entries())
    if (p <= (q * (index + 1)) / sorted.length) threshold = p
  return ps.map((p) => p !== null && p <= threshold)
}
