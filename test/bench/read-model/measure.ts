import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { documentedQuery } from '../../support/clickhouse/documented-queries.ts'
import { birthIdOf, fragmentId, identifierTypes } from './load.ts'

export interface Figure {
  readonly name: string
  readonly runs: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the 99th percentile; null: measured, and no goal. */
  readonly goalMs: number | null
}

const lookUp = documentedQuery('The profile of one identifier, as it is now')
const byOldId = documentedQuery('The profile of an id of any time, as it is now')
const segmentSizes = documentedQuery('How large the segments are')
const mostEager = documentedQuery('The hundred people who read our mail most eagerly just now')

const lookUpGoalMs = 20
const segmentsGoalMs = 500

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0
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
  const sorted = took.toSorted((a, b) => a - b)
  return {
    ...figure,
    p50Ms: rounded(quantile(sorted, 0.5)),
    p99Ms: rounded(quantile(sorted, 0.99)),
  }
}

/** One question after the other, through the client that the services use, each for somebody else. */
export async function measure(
  clickhouse: ClickHouse,
  { profiles, lookUps }: { readonly profiles: number; readonly lookUps: number },
  now: () => number,
): Promise<readonly Figure[]> {
  const figures: Figure[] = [
    await measured(
      { name: 'nothing: the way to the server and back', runs: lookUps, goalMs: null },
      async () => clickhouse.query('SELECT 1 AS one'),
      now,
    ),
  ]
  for (const type of identifierTypes) {
    const names = await someNames(clickhouse, type, profiles, lookUps)
    figures.push(
      await measured(
        { name: `a person by ${type}`, runs: lookUps, goalMs: lookUpGoalMs },
        async (n) => clickhouse.query(lookUp, { fragment_id: names[n % names.length]?.fragment }),
        now,
      ),
    )
    if (type === 'email')
      figures.push(
        await measured(
          {
            name: 'a person by a profile id of the past',
            runs: lookUps,
            goalMs: lookUpGoalMs,
          },
          async (n) =>
            clickhouse.query(byOldId, { old_profile_id: names[n % names.length]?.birth }),
          now,
        ),
      )
  }
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
