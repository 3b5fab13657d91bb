/** The middle one of an odd number, the mean of the two in the middle of an even one. @throws RangeError for none. */
export function median(numbers: readonly number[]): number {
  if (numbers.length === 0) throw new RangeError('the median of nothing')
  const sorted = numbers.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

/** Nearest rank: the smallest that at least this share of all does not exceed. @throws RangeError for none. */
export function quantile(numbers: readonly number[], share: number): number {
  if (numbers.length === 0) throw new RangeError('a quantile of nothing')
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/**
 * How many times as fast one is as the other: the median of the ratios of runs of the same round, so that what slowed a whole round down counts
 * for both. null: they never ran in the same round.
 */
export function ratioByRound(
  ours: ReadonlyMap<number, number>,
  theirs: ReadonlyMap<number, number>,
): number | null {
  const ratios = [...ours].flatMap(([round, own]) => {
    const other = theirs.get(round)
    return other === undefined || other === 0 ? [] : [own / other]
  })
  return ratios.length === 0 ? null : Number(median(ratios).toFixed(3))
}
