/** Columns of numbers whose values one query puts in order: it holds all of them in memory. */
export const numbersAtOnceMax = 16
/** Characters of one query's columns; a column alone may take more, of 250 long categories. ClickHouse is told to read as much in `createClickHouse`. */
export const charactersAtOnceMax = 200_000

export interface Column {
  /** Whether its values are put in order. */
  readonly isNumber: boolean
  /** SQL of it. */
  readonly characters: number
}

/** Columns of one query each, in their order. */
export function inPasses<One extends Column>(columns: readonly One[]): readonly (readonly One[])[] {
  const passes: One[][] = []
  let [numbers, characters] = [0, 0]
  for (const one of columns) {
    const own = one.isNumber ? 1 : 0
    const last = passes.at(-1)
    if (
      last === undefined ||
      numbers + own > numbersAtOnceMax ||
      characters + one.characters > charactersAtOnceMax
    ) {
      passes.push([one])
      ;[numbers, characters] = [own, one.characters]
    } else {
      last.push(one)
      numbers += own
      characters += one.characters
    }
  }
  return passes
}
