import { quoteText } from '#runtime/clickhouse/quote.ts'
import { binsOfEdges, type Edges } from '../store/edges.ts'
import { type Snapshot, snapshot } from '../store/snapshot.ts'
import { subjectKey } from '../watch/signal.ts'
import { type Asking, ask } from '../run/question.ts'
import { draw, drawnBy, drawnValue, orderedMax } from './draw.ts'
import { gridOf, ranksOf } from './grid.ts'
import { inPasses } from './passes.ts'
import type { Population } from './population.ts'
import { countedValue, type Watched } from './watched.ts'

/** What one pass answers of one column, UInt64 as text. */
interface Counted {
  readonly counts?: readonly string[]
  readonly zeros?: string
  readonly mean?: number | null
  readonly sd?: number | null
  /** Values that were put in order. */
  readonly ordered?: string
  readonly ranks?: readonly number[]
}

/**
 * Everybody's values in the frozen bins, so many columns in one pass. Edges and categories stand in the text: they are of many people, and a parameter would have to
 * fit into an address.
 */
export function* scan(
  asOf: number,
  population: Pick<Population, 'from' | 'id'>,
  watched: readonly Watched[],
  edges: ReadonlyMap<string, Edges>,
  most = orderedMax,
): Asking<readonly Snapshot[]> {
  if (watched.length === 0) return []
  const draws = yield* draw(asOf, population, watched, most)
  const columns = watched.map((one, place) => {
    const own = edges.get(subjectKey(one.subject))
    const value = `${countedValue(one)} AS v${place}`
    const counts = `${countsOf(one, `v${place}`, own, draws.get(one))} AS c${place}`
    const characters = value.length + counts.length
    return { one, place, edges: own, value, counts, isNumber: one.look === 'number', characters }
  })
  const snapshots: Snapshot[] = []
  for (const pass of inPasses(columns)) {
    const [counts, values] = [pass.map((own) => own.counts), pass.map((own) => own.value)]
    const [row = {}] = yield* ask<Record<string, unknown>>(
      `SELECT count() AS n, ${counts.join(',\n')}\nFROM (SELECT ${drawnBy(population, draws)}${values.join(',\n')}\nFROM ${population.from})`,
      { as_of: asOf },
    )
    for (const own of pass) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as countsOf makes it
      const counted = (row[`c${own.place}`] ?? {}) as Counted
      snapshots.push(snapshotOf(asOf, own.one, own.edges, counted))
    }
  }
  return snapshots
}

const named = (parts: Readonly<Record<string, string>>): string =>
  `CAST(tuple(${Object.values(parts).join(', ')}), ${quoteText(
    `Tuple(${Object.keys(parts)
      .map((name) => `${name} ${tupleTypes[name] ?? 'String'}`)
      .join(', ')})`,
  )})`

const tupleTypes: Readonly<Record<string, string>> = {
  counts: 'Array(UInt64)',
  zeros: 'UInt64',
  mean: 'Nullable(Float64)',
  sd: 'Nullable(Float64)',
  ordered: 'UInt64',
  ranks: 'Array(Float64)',
}

function countsOf(
  { look }: Watched,
  value: string,
  edges: Edges | undefined,
  oneIn: number | undefined,
): string {
  if (look === 'presence' || edges === undefined)
    return named({ counts: `[count(${value}), count() - count(${value})]` })
  const bins = binsOfEdges(edges)
  const counts = `countResample(0, ${bins}, 1)(1, ${binOf(value, edges, bins - 1)})`
  if (edges.kind === 'categorical') return named({ counts })
  return named({
    counts,
    zeros: `countIf(${value} = 0)`,
    mean: `avg(${value})`,
    sd: `stddevPop(${value})`,
    ordered: `count(${drawnValue(value, oneIn)})`,
    ranks: ranksOf(drawnValue(value, oneIn), `s_${value}`),
  })
}

/** Number of the bin that a value is in, as `countNumeric` and `countCategorical` have it. */
function binOf(value: string, edges: Edges, nulls: number): string {
  if (edges.kind === 'categorical') {
    const { categories, others } = edges
    const [other, fresh] = [categories.length, categories.length + 1]
    const known = [...categories, ...others]
    if (known.length === 0) return `if(isNull(${value}), ${nulls}, ${fresh})`
    const bins = known.map((_, place) => (place < other ? place : other))
    return `if(isNull(${value}), ${nulls}, transform(assumeNotNull(${value}), [${known
      .map(quoteText)
      .join(', ')}], [${bins.join(', ')}], ${fresh}))`
  }
  const below = edges.edges.map((edge) => `(assumeNotNull(${value}) >= ${edge})`)
  const bin = below.length === 0 ? '0' : below.join(' + ')
  const zero = edges.zeros ? `${value} = 0, ${edges.edges.length + 1}, ` : ''
  return `multiIf(isNull(${value}), ${nulls}, ${zero}${bin})`
}

function snapshotOf(
  asOf: number,
  { subject, look, meaning }: Watched,
  edges: Edges | undefined,
  counted: Counted,
): Snapshot {
  const counts = (counted.counts ?? []).map(Number)
  const rows = counts.reduce((sum, n) => sum + n, 0)
  const nulls = counts.at(-1) ?? 0
  if (look === 'presence')
    return { ...snapshot(asOf, subject, 'share', { counts: [nulls, rows], rows, meaning }), nulls }
  return snapshot(asOf, subject, 'distribution', {
    edgesId: edges?.edgesId ?? '',
    counts: edges === undefined ? [] : counts,
    rows,
    nulls,
    zeros: Number(counted.zeros ?? 0),
    fresh: edges?.kind === 'categorical' ? (counts.at(-2) ?? 0) : 0,
    mean: counted.mean ?? null,
    sd: counted.sd ?? null,
    grid: gridOf(counted.ranks ?? [], Number(counted.ordered ?? 0)),
    meaning,
  })
}
