import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { allEvents, allPeople, type StreamPlan } from '../stream/plan.ts'
import type { RowRates } from './constant-rows.ts'

/**
 * How many rows Tributary wrote: those of `profiles` are all in `profile_history` too, which loses none; a membership has a row for each transition.
 */
export async function rowRatesOf(clickhouse: ClickHouse, plan: StreamPlan): Promise<RowRates> {
  const [row] = await clickhouse.query<{
    readonly profiles: string
    readonly memberships: string
  }>(
    'SELECT (SELECT count() FROM profile_history) AS profiles, (SELECT count() FROM segment_transitions) AS memberships',
  )
  return {
    profiles: Number(row?.profiles) / allEvents(plan),
    memberships: Number(row?.memberships) / allEvents(plan),
    people: allPeople(plan),
  }
}
