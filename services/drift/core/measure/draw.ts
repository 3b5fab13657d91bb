import { type Asking, ask } from '../run/question.ts'
import type { Population } from './population.ts'
import { countedValue, type Watched } from './watched.ts'

/**
 * Values of one column that are put in order, which holds them in ClickHouse's memory. Of more than these at least half as many are drawn: the distribution
 * function of half a million drawn is within 0.004 of that of all, but for one draw in a million (Dvoretzky, Kiefer and Wolfowitz 1956).
 */
export const orderedMax = 1_000_000

/** Of how many people one is drawn; of columns that are not in it everybody. */
export type Draws = ReadonlyMap<Watched, number>

/**
 * Draws of the numbers that more than `most` people have: powers of two, so that the same people are drawn in the next window. Bins are counted of everybody
 * all the same.
 */
export function* draw(
  asOf: number,
  { from }: Pick<Population, 'from'>,
  watched: readonly Watched[],
  most: number,
): Asking<Draws> {
  const numbers = watched.filter(({ look }) => look === 'number')
  if (numbers.length === 0) return new Map()
  const params = { as_of: asOf }
  const [people] = yield* ask<{ readonly n: string }>(`SELECT count() AS n FROM ${from}`, params)
  if (Number(people?.n ?? 0) <= most) return new Map()
  const values = numbers.map((one, place) => `${countedValue(one)} AS v${place}`)
  const [filled = {}] = yield* ask<Readonly<Record<string, string>>>(
    `SELECT ${numbers.map((_, place) => `count(v${place}) AS n${place}`).join(', ')}\nFROM (SELECT ${values.join(',\n')}\nFROM ${from})`,
    params,
  )
  return new Map(
    numbers.flatMap((one, place): (readonly [Watched, number])[] => {
      const times = Number(filled[`n${place}`] ?? 0) / most
      return times > 1 ? [[one, 2 ** Math.ceil(Math.log2(times))]] : []
    }),
  )
}

/** SQL of what `drawnValue` reads beside the values. */
export const drawnBy = ({ id }: Pick<Population, 'id'>, draws: Draws): string =>
  draws.size === 0 ? '' : `cityHash64(${id}) AS drawn,\n`

/** SQL: the value of whoever is drawn for it, else none. */
export const drawnValue = (value: string, oneIn = 1): string =>
  oneIn === 1 ? value : `if(drawn % ${oneIn} = 0, ${value}, NULL)`
