import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { allEvents, type StreamPlan } from '../stream/plan.ts'

/** Whether there is one profile for each person, and profiles know of as many events: no event and no merge is under way any more. */
export async function profilesAreComplete(
  clickhouse: ClickHouse,
  events: number,
  people: number,
): Promise<boolean> {
  const [row] = await clickhouse.query<{ readonly profiles: string; readonly events: string }>(
    'SELECT count() AS profiles, sum(events) AS events FROM profiles FINAL',
  )
  return Number(row?.profiles) === people && Number(row?.events) === events
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
