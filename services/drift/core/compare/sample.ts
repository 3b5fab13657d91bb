/** One column of one sample. */
export type Sample = NumericSample | CategoricalSample

export interface NumericSample {
  readonly kind: 'numeric'
  /** Without nulls, ascending; infinities among them. */
  readonly sorted: Float64Array
  readonly rows: number
  /** Every cell is a whole number, and none is null. */
  readonly whole: boolean
}

export interface CategoricalSample {
  readonly kind: 'categorical'
  /** Without nulls. */
  readonly counts: ReadonlyMap<string, number>
  readonly rows: number
}

/** null: an empty cell. */
export function numericSample(cells: readonly (number | null)[]): NumericSample {
  const values = cells.filter((cell) => cell !== null)
  return {
    kind: 'numeric',
    sorted: Float64Array.from(values).toSorted(),
    rows: cells.length,
    whole: values.length === cells.length && values.every(Number.isInteger),
  }
}

export function categoricalSample(cells: readonly (string | null)[]): CategoricalSample {
  const counts = new Map<string, number>()
  for (const cell of cells) if (cell !== null) counts.set(cell, (counts.get(cell) ?? 0) + 1)
  return { kind: 'categorical', counts, rows: cells.length }
}

export const filledOf = (sample: Sample): number =>
  sample.kind === 'numeric'
    ? sample.sorted.length
    : [...sample.counts.values()].reduce((total, count) => total + count, 0)

/** Without infinities. */
export function finiteOf({ sorted }: NumericSample): Float64Array {
  let [from, to] = [0, sorted.length]
  while (from < to && sorted[from] === Number.NEGATIVE_INFINITY) from += 1
  while (to > from && sorted[to - 1] === Number.POSITIVE_INFINITY) to -= 1
  return sorted.subarray(from, to)
}
