import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { secondsMax } from './bounded.ts'
import type { RuleFacts, SegmentFacts, Shared, Week } from './facts.ts'

const weekMs = 7 * 86_400_000
const bounded = `SETTINGS max_execution_time = ${secondsMax}`

interface SizeRow {
  readonly segment: string
  readonly members: string
  readonly last_entry: string | null
  readonly ever_entered: string
  readonly rule_hashes: readonly string[]
}

interface WeekRow {
  readonly segment: string
  readonly week: string
  readonly entries: string
  readonly exits: string
}

// One row per profile and segment, closing rows too: whoever ever entered is in it, however short transitions are kept.
const sizes = `SELECT segment, countIf(member = 1) AS members, max(entered_at) AS last_entry,
    count(entered_at) AS ever_entered,
    groupUniqArrayIf(10)(rule_hash, member = 1) AS rule_hashes
  FROM segment_memberships FINAL WHERE segment IN {segments:Array(String)} GROUP BY segment ${bounded}`
const shared = `SELECT a, b, count() AS members FROM (
    SELECT arraySort(groupUniqArray(segment)) AS segments FROM segment_members
    WHERE segment IN {segments:Array(String)} GROUP BY profile_id HAVING length(segments) > 1
  ) ARRAY JOIN segments AS a ARRAY JOIN segments AS b WHERE a < b GROUP BY a, b ORDER BY a, b ${bounded}`
// Of the table, with the time looked at first: a row and its copies have the same, and the view would merge all times before it.
const weeks = `SELECT segment, toString(intDiv(toUnixTimestamp64Milli(at) - {since_ms:Int64}, ${weekMs})) AS week,
    countIf(to = 'entered') AS entries, countIf(to = 'exited') AS exits
  FROM segment_transitions FINAL
  PREWHERE segment IN {segments:Array(String)} AND at >= {since:DateTime64(3)} AND at < {until:DateTime64(3)}
  GROUP BY segment, week ${bounded}`
const population = `SELECT count() AS n FROM profiles FINAL ${bounded}`
// The oldest is the same however often a row is there.
const kept = `SELECT minOrNull(at) AS at FROM segment_transitions ${bounded}`

export interface Span {
  readonly since: Date
  readonly until: Date
}

/** Sizes now, entries and exits of a span of time, and who is in two segments at once. */
export async function readFacts(
  clickhouse: Pick<ClickHouse, 'query'>,
  segments: readonly string[],
  { since, until }: Span,
): Promise<Omit<RuleFacts, 'least'>> {
  const params = { segments, since, until, since_ms: since.getTime() }
  const sizeRows = await clickhouse.query<SizeRow>(sizes, params)
  const weekRows = await clickhouse.query<WeekRow>(weeks, params)
  const sharedRows = await clickhouse.query<Omit<Shared, 'members'> & { members: string }>(
    shared,
    params,
  )
  const [all] = await clickhouse.query<{ n: string }>(population)
  const [oldest] = await clickhouse.query<{ at: string | null }>(kept)
  const weekCount = Math.max(1, Math.ceil((until.getTime() - since.getTime()) / weekMs))
  return {
    population: Number(all?.n ?? 0),
    keptSince: oldest?.at ?? null,
    shared: sharedRows.map(({ a, b, members }) => ({ a, b, members: Number(members) })),
    segments: new Map(
      segments.map((name): [string, SegmentFacts] => {
        const size = sizeRows.find(({ segment }) => segment === name)
        const own = new Map(
          weekRows.filter(({ segment }) => segment === name).map((row) => [Number(row.week), row]),
        )
        const perWeek = Array.from({ length: weekCount }, (_, index): Week => {
          const row = own.get(index)
          return {
            from: new Date(since.getTime() + index * weekMs).toISOString(),
            entries: Number(row?.entries ?? 0),
            exits: Number(row?.exits ?? 0),
          }
        })
        return [
          name,
          {
            members: Number(size?.members ?? 0),
            lastEntry: size?.last_entry ?? null,
            everEntered: Number(size?.ever_entered ?? 0),
            ruleHashes: size?.rule_hashes ?? [],
            entries: perWeek.reduce((sum, { entries }) => sum + entries, 0),
            exits: perWeek.reduce((sum, { exits }) => sum + exits, 0),
            weeks: perWeek,
          },
        ]
      }),
    ),
  }
}
