import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { birthIdOf, fragmentId, identifierTypes } from './load.ts'

export interface Figure {
  readonly name: string
  readonly runs: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** null: measured, and no goal. */
  readonly goalMs: number | null
  /** What the goal is about. */
  readonly of: 'p99' | 'p50'
}

export const lookUp = `SELECT p.*
FROM profiles_now AS p
WHERE p.profile_id = (SELECT profile_id FROM profile_identifiers FINAL WHERE fragment_id = {fragment_id:String})
SETTINGS optimize_move_to_prewhere_if_final = 1, compile_expressions = 0`
const byOldId = `SELECT p.*
FROM profiles_now AS p
WHERE p.profile_id = (SELECT argMax(profile_id, version) FROM profile_identifiers WHERE birth_profile_id = {old_profile_id:UUID})
SETTINGS compile_expressions = 0`
export const segmentSizes = `SELECT segment, size, size_below, shown, oldest_entry
FROM segment_sizes
ORDER BY size DESC NULLS LAST, segment`
const mostEager = `SELECT profile_id, email_engagement, orders, last_order_at
FROM profiles_now
ORDER BY email_engagement DESC NULLS LAST
LIMIT 100`

const lookUpGoalMs = 20
const segmentsGoalMs = 500

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0
const rounded = (ms: number): number => Math.round(ms * 10) / 10

async function measured(
  figure: Pick<Figure, 'name' | 'goalMs' | 'of' | 'runs'>,
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
      { name: 'nothing: the way to the server and back', runs: lookUps, goalMs: null, of: 'p99' },
      async () => clickhouse.query('SELECT 1 AS one'),
      now,
    ),
  ]
  for (const type of identifierTypes) {
    const names = await someNames(clickhouse, type, profiles, lookUps)
    figures.push(
      await measured(
        { name: `a person by ${type}`, runs: lookUps, goalMs: lookUpGoalMs, of: 'p99' },
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
            of: 'p99',
          },
          async (n) =>
            clickhouse.query(byOldId, { old_profile_id: names[n % names.length]?.birth }),
          now,
        ),
      )
  }
  const whole = { runs: 30, of: 'p99' } as const
  figures.push(
    await measured(
      { name: 'how large the segments are', ...whole, goalMs: segmentsGoalMs },
      async () => clickhouse.query(segmentSizes),
      now,
    ),
    await measured(
      { name: 'the hundred who read our mail most eagerly', ...whole, goalMs: null },
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

export const isMet = ({ goalMs, of, p50Ms, p99Ms }: Figure): boolean =>
  goalMs === null || (of === 'p99' ? p99Ms : p50Ms) <= goalMs
