import { type ClickHouse, pointQuery } from '#runtime/clickhouse/index.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { documentedQuery } from '../../support/clickhouse/documented-queries.ts'
import { quantile } from '../statistics.ts'
import { birthIdOf, fragmentId, identifierTypes } from './load.ts'

export interface Figure {
  readonly name: string
  readonly runs: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the 99th percentile; null: measured, and no goal. */
  readonly goalMs: number | null
}

const lookUp = documentedQuery('A few values of one person, while a page waits for them')
/** Its columns. */
const fewColumns = [...lookUp.matchAll(/^ {4}.* AS `(.+)`,?$/gm)].map(([, name = '']) => name)
const allByView = documentedQuery('The profile of one identifier, as it is now')
const byViewAndOldId = documentedQuery('The profile of an id of any time, as it is now')
const segmentSizes = documentedQuery('How large the segments are')
const mostEager = documentedQuery('The hundred people who read our mail most eagerly just now')

const lookUpGoalMs = 20
const segmentsGoalMs = 500

const rounded = (ms: number): number => Math.round(ms * 10) / 10

async function measured(
  figure: Pick<Figure, 'name' | 'goalMs' | 'runs'>,
  run: (n: number) => Promise<readonly object[]>,
  now: () => number,
): Promise<Figure> {
  // The first ones fill caches, of the engine and of the connection.
  for (let n = 0; n < 5; n += 1) await run(n)
  const took: number[] = []
  for (let n = 0; n < figure.runs; n += 1) {
    const from = now()
    const rows = await run(n)
    took.push(now() - from)
    if (rows.length === 0) throw new Error(`${figure.name}: nothing was found`)
  }
  return {
    ...figure,
    p50Ms: rounded(quantile(took, 0.5)),
    p99Ms: rounded(quantile(took, 0.99)),
  }
}

/** One question after the other, through the client that the services use, each for somebody else. */
export async function measure(
  clickhouse: ClickHouse,
  {
    definition,
    profiles,
    lookUps,
  }: {
    readonly definition: CompiledDefinition
    readonly profiles: number
    readonly lookUps: number
  },
  now: () => number,
): Promise<readonly Figure[]> {
  const few = `${fewColumns.length} columns of a person by`
  const figures: Figure[] = [
    await measured(
      { name: 'nothing: the way to the server and back', runs: lookUps, goalMs: null },
      async () => clickhouse.query('SELECT 1 AS one'),
      now,
    ),
  ]
  const lookedUp = async (
    name: string,
    sql: string,
    type: (typeof identifierTypes)[number],
    goalMs: number | null = null,
  ): Promise<void> => {
    const names = await someNames(clickhouse, type, profiles, lookUps)
    const params = names.map(({ birth, fragment }) => ({
      fragment_id: fragment,
      old_profile_id: birth,
    }))
    figures.push(
      await measured(
        { name, runs: lookUps, goalMs },
        async (n) => clickhouse.query(sql, params[n % params.length]),
        now,
      ),
    )
  }
  for (const type of identifierTypes) await lookedUp(`${few} ${type}`, lookUp, type, lookUpGoalMs)
  await lookedUp(
    `${few} a profile id of the past`,
    pointQuery(definition, 'alias', fewColumns),
    'email',
    lookUpGoalMs,
  )
  await lookedUp(
    'all columns of a person by email, key first',
    pointQuery(definition, 'identifier'),
    'email',
  )
  await lookedUp('all columns of a person by email, through profiles_now', allByView, 'email')
  await lookedUp(
    'all columns of a person by a profile id of the past, through profiles_now',
    byViewAndOldId,
    'email',
  )
  const runs = 30
  figures.push(
    await measured(
      { name: 'how large the segments are', runs, goalMs: segmentsGoalMs },
      async () => clickhouse.query(segmentSizes),
      now,
    ),
    await measured(
      { name: 'the hundred who read our mail most eagerly', runs, goalMs: null },
      async () => clickhouse.query(mostEager),
      now,
    ),
  )
  return figures
}

const someNames = async (
  clickhouse: ClickHouse,
  type: string,
  profiles: number,
  count: number,
): Promise<readonly { readonly fragment: string; readonly birth: string }[]> =>
  clickhouse.query(
    `SELECT ${fragmentId(type, 'n')} AS fragment, toString(${birthIdOf(type, 'n')}) AS birth
     FROM (SELECT cityHash64(number) % ${profiles} AS n FROM numbers(${count}))`,
  )

export const isMet = ({ goalMs, p99Ms }: Figure): boolean => goalMs === null || p99Ms <= goalMs
