/** Frozen categories of a reference: its most frequent ones; the rest of it together; what it never had; null. */
export interface CategoricalBins {
  readonly kind: 'categorical'
  /** Most frequent first; equally frequent by name. */
  readonly top: readonly string[]
  /** Every category of the reference outside of `top`. */
  readonly others: ReadonlySet<string>
}

export type Counts = ReadonlyMap<string, number>

/** So many categories have bins of their own. */
export const topCategories = 50

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export function categoricalBins(reference: Counts): CategoricalBins {
  const ranked = [...reference].toSorted(([a, m], [b, n]) => n - m || byName(a, b))
  return {
    kind: 'categorical',
    top: ranked.slice(0, topCategories).map(([name]) => name),
    others: new Set(ranked.slice(topCategories).map(([name]) => name)),
  }
}

/** Counts of the top categories, then other, new, null. */
export function countCategorical(
  { top, others }: CategoricalBins,
  counts: Counts,
  nulls: number,
): readonly number[] {
  const known = new Set(top)
  let other = 0
  let fresh = 0
  for (const [name, count] of counts) {
    if (known.has(name)) continue
    if (others.has(name)) other += count
    else fresh += count
  }
  return [...top.map((name) => counts.get(name) ?? 0), other, fresh, nulls]
}
