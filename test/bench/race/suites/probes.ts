import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { birthProfileId, type Pseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import type { RaceEvent } from '../stream/events.ts'

/** Somebody new who orders something, and so enters two segments. */
export interface Probe {
  readonly event: RaceEvent
  readonly profileId: string
  /** When it is to be sent, by a clock that only goes forward, milliseconds. */
  readonly dueAt: number
}

export const probes = (
  pseudonymiser: Pick<Pseudonymiser, 'fragmentId'>,
  plan: {
    readonly count: number
    readonly everyMs: number
    readonly startAt: number
    readonly at: number
  },
): readonly Probe[] =>
  Array.from({ length: plan.count }, (_, n) => {
    const user = `user-probe-${n}`
    return {
      event: {
        id: `probe-${n}`,
        channel: 'web',
        source: 'shop',
        type: 'order_completed',
        at: plan.at + n,
        person: n,
        identifiers: [['user_id', user]],
        properties: { order_id: `probe-${n}`, category: 'shoes', total: 20, currency: 'EUR' },
      },
      profileId: birthProfileId(pseudonymiser.fragmentId('user_id', user)),
      dueAt: plan.startAt + n * plan.everyMs,
    }
  })

/** How often ClickHouse is asked, and so how exact the times are: each question reads what it holds of all who are awaited. */
const lookEveryMs = 250

/** When the row of a profile could first be read, by profile id. Ends when all were seen, or the signal says so. */
export async function watchProfiles(
  clickhouse: ClickHouse,
  awaited: readonly Probe[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>()
  const unseen = new Map(awaited.map((probe) => [probe.profileId, probe]))
  while (unseen.size > 0 && !signal.aborted) {
    const asked = performance.now()
    const sent = [...unseen.values()].filter(({ dueAt }) => dueAt <= asked)
    if (sent.length > 0) {
      const rows = await clickhouse.query<{ readonly profile_id: string }>(
        'SELECT profile_id FROM profiles WHERE profile_id IN {ids:Array(UUID)}',
        { ids: sent.map(({ profileId }) => profileId) },
      )
      const at = performance.now()
      for (const { profile_id: id } of rows) {
        if (unseen.delete(id)) seen.set(id, at)
      }
    }
    await sleep(Math.max(1, lookEveryMs - (performance.now() - asked)))
  }
  return seen
}
