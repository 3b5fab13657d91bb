import { topCategories } from '../bins/categorical-bins.ts'
import { decileLevels, edgesOf, zeroShareMin } from '../bins/numeric-bins.ts'
import type { Edges } from '../store/edges.ts'
import { currentRowsMin } from '../verdict/judge.ts'
import { type Asking, ask } from '../run/question.ts'
import { spilling } from '../run/spilling.ts'
import { draw, drawnBy, drawnValue, orderedMax } from './draw.ts'
import { inPasses } from './passes.ts'
import type { Population } from './population.ts'
import { countedValue, type Watched } from './watched.ts'

/** Categories that edges name. What comes after them is in the bin of what is new or rare. */
export const categoriesMax = 250

interface Spread {
  readonly rows: string
  readonly filled: string
  readonly zeros: string
  readonly all: readonly (number | null)[]
  readonly beside: readonly (number | null)[]
}

/**
 * Edges from the values as of the run, of those columns that have enough of them.
 * @param least As many people must share a category before its name is stored.
 * @param most Values of a column that are put in order at most.
 */
export function* freeze(
  asOf: number,
  population: Pick<Population, 'from' | 'id'>,
  watched: readonly Watched[],
  edgesId: string,
  least: number,
  most = orderedMax,
): Asking<readonly Edges[]> {
  const frozen: Edges[] = []
  const levels = [0, ...decileLevels, 1].join(', ')
  const draws = yield* draw(asOf, population, watched, most)
  const numbers = watched
    .filter(({ look }) => look === 'number')
    .map((one, place) => {
      const taken = drawnValue(`v${place}`, draws.get(one))
      const value = `${countedValue(one)} AS v${place}`
      const part = `CAST(tuple(count(), count(v${place}), countIf(v${place} = 0),
        quantilesExactInclusive(${levels})(${taken}), quantilesExactInclusiveIf(${levels})(${taken}, v${place} != 0)),
        'Tuple(rows UInt64, filled UInt64, zeros UInt64, all Array(Nullable(Float64)), beside Array(Nullable(Float64)))') AS s${place}`
      const characters = value.length + part.length
      return { subject: one.subject, place, value, part, isNumber: true, characters }
    })
  for (const pass of inPasses(numbers)) {
    const [parts, values] = [pass.map((one) => one.part), pass.map((one) => one.value)]
    const [row = {}] = yield* ask<Record<string, Spread>>(
      `SELECT ${parts.join(',\n')}\nFROM (SELECT ${drawnBy(population, draws)}${values.join(',\n')}\nFROM ${population.from})`,
      { as_of: asOf },
    )
    for (const { place, subject } of pass) {
      const spread = row[`s${place}`]
      if (spread === undefined || Number(spread.filled) < currentRowsMin) continue
      const zeros = Number(spread.zeros) / Number(spread.rows) >= zeroShareMin
      const quantiles = (zeros ? spread.beside : spread.all).filter((value) => value !== null)
      const [low, high] = [quantiles[0], quantiles.at(-1)]
      const { edges } =
        low === undefined || high === undefined
          ? { edges: [] }
          : edgesOf(low, quantiles.slice(1, -1), high, zeros)
      frozen.push({ kind: 'numeric', edgesId, subject, edges, zeros })
    }
  }
  for (const { subject, value } of watched.filter(({ look }) => look === 'label')) {
    const rows = yield* ask<{ label: string; n: string }>(
      `SELECT label, count() AS n FROM (SELECT ${value} AS label FROM ${population.from}) WHERE isNotNull(label)
       GROUP BY label HAVING n >= {least:UInt32} ORDER BY n DESC, label LIMIT ${categoriesMax} SETTINGS ${spilling}`,
      { as_of: asOf, least },
    )
    const people = rows.reduce((sum, { n }) => sum + Number(n), 0)
    if (people < currentRowsMin) continue
    const labels = rows.map(({ label }) => label)
    frozen.push({
      kind: 'categorical',
      edgesId,
      subject,
      categories: labels.slice(0, topCategories),
      others: labels.slice(topCategories),
    })
  }
  return frozen
}
