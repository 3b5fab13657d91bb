import { between } from '../bins/numeric-bins.ts'
import { gridLevels } from '../store/snapshot.ts'
import { currentRowsMin } from '../verdict/judge.ts'

// Quantiles as type 7 has them, of values that ClickHouse sorts once: its own function for exact quantiles goes through what is left of them anew for each of a
// hundred levels, which took most of a run's time.

/** Level j of a grid of so many is (2j + 1) / (2 · levels): in whole numbers, so that SQL and this agree to the last rank. */
const levels = gridLevels.length
const steps = 2 * levels

/** How many levels have their lower rank, from 0, at or before that of the place `i`, from 1; `m`: values less one. */
const levelsUpTo = (i: string, m: string): string =>
  `intDiv(intDiv(${steps} * (${i}) - 1, ${m}) + 1, 2)`

/**
 * SQL: of the column's values in order the two on either side of each level, 2 · levels of them; none where there are too few.
 * @param sorted A name for the sorted values that nothing else of the query has.
 */
export const ranksOf = (value: string, sorted: string): string =>
  `if(length(arraySort(groupArray(${value})) AS ${sorted}) < ${currentRowsMin}, [], arrayFilter((x, i) ->
    ${levelsUpTo('toInt64(i)', `(length(${sorted}) - 1)`)} != ${levelsUpTo('toInt64(i) - 2', `(length(${sorted}) - 1)`)},
    ${sorted}, arrayEnumerate(${sorted})))`

/** Quantiles at `gridLevels` by what `ranksOf` gave; empty: there are too few values. */
export function gridOf(ranks: readonly number[], values: number): readonly number[] {
  if (ranks.length !== steps) return []
  return gridLevels.map((_, level) => {
    const [low = 0, high = 0] = [ranks[2 * level], ranks[2 * level + 1]]
    const part = (((values - 1) * (2 * level + 1)) % steps) / steps
    return between(low, high, part)
  })
}
