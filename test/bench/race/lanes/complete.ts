import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { allEvents, type StreamPlan } from '../stream/plan.ts'

/** What is missing until there is one profile for each person, and profiles know of as many events: '' once no event and no merge is under way any more. */
export async function missingInProfiles(
  clickhouse: ClickHouse,
  events: number,
  people: number,
): Promise<string> {
  const [row] = await clickhouse.query<{ readonly profiles: string; readonly events: string }>(
    'SELECT count() AS profiles, sum(events) AS events FROM profiles FINAL',
  )
  const [profiles, known] = [Number(row?.profiles), Number(row?.events)]
  return profiles === people && known === events
    ? ''
    : `${profiles} profiles of ${people} people know of ${known} events of ${events}`
}

/** What is wrong with the events of a contestant: that not every one that was sent is there once. */
export async function problemsOfEvents(
  clickhouse: ClickHouse,
  plan: StreamPlan,
): Promise<readonly string[]> {
  const [row] = await clickhouse.query<{ readonly rows: string; readonly ids: string }>(
    'SELECT count() AS rows, uniqExact(event_id) AS ids FROM events',
  )
  const [rows, ids] = [Number(row?.rows), Number(row?.ids)]
  const sent = allEvents(plan)
  return rows === sent && ids === sent
    ? []
    : [`${sent} events were sent, ${ids} are there in ${rows} rows`]
}
