import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'
import { type EpochMs, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { type MembershipRow, membershipOf } from '../../explain/read-memberships.ts'
import type { Membership } from '../../../profiles/core/state.ts'
import type { Definitions } from '../../verify/definitions.ts'
import { timeOf } from '../../verify/recompute.ts'
import type { StoredEvent } from '../../verify/stored-event.ts'
import { createTrial, type Outcome, type Trial, type TrialRules } from './trial.ts'

export interface TriedPerson extends Outcome {
  /** Names of the segments that she is in now. */
  readonly members: readonly string[]
  /** Events that the profile has counted and `events` holds no more: a rebuild loses them. */
  readonly eventsGone: number
}

type EventRow = StoredEvent & { readonly log_time: string }

interface FragmentRow {
  readonly fragment_id: FragmentId
  readonly profile_id: string
  readonly expired_at: string
}

const ofThem = 'WHERE profile_id IN {ids:Array(UUID)}'

/**
 * What would become of these people. Their events are read in the order of the log and not kept; what is in memory is what a service would hold
 * of these profiles. Members are taken as they belong together now, as if it had always been so.
 */
export async function tryPeople(
  clickhouse: Pick<ClickHouse, 'query' | 'stream'>,
  ids: readonly string[],
  rules: Omit<TrialRules, 'definitionOf'>,
  definitions: Definitions,
  now: EpochMs,
): Promise<readonly TriedPerson[]> {
  const params = { ids }
  const counts = await clickhouse.query<{ profile_id: string; events: string }>(
    `SELECT profile_id, events FROM profiles FINAL ${ofThem}`,
    params,
  )
  const fragments = await clickhouse.query<FragmentRow>(
    `SELECT fragment_id, profile_id, expired_at FROM profile_identifiers FINAL ${ofThem}`,
    params,
  )
  const stored = await readMemberships(clickhouse, ids)
  const ownerOf = new Map(
    fragments.map(({ expired_at, fragment_id, profile_id }) => [
      fragment_id,
      { profile: profile_id, expiredAt: timeOf(expired_at) },
    ]),
  )
  const trials = new Map<string, { readonly trial: Trial; events: number }>()
  for (const { profile_id } of counts)
    trials.set(profile_id, {
      trial: createTrial({ ...rules, definitionOf: definitions.loaded }),
      events: 0,
    })
  const events = clickhouse.stream<EventRow>(
    `SELECT * FROM events FINAL WHERE fragment_id IN (SELECT fragment_id FROM profile_identifiers FINAL ${ofThem})
     ORDER BY log_time, partition, version SETTINGS ${withinPartitions}`,
    params,
  )
  for await (const row of events) {
    const owner = ownerOf.get(row.fragment_id)
    const found = owner === undefined ? undefined : trials.get(owner.profile)
    // What was received by then was of a life that expired.
    if (owner === undefined || found === undefined || timeOf(row.received_at) <= owner.expiredAt)
      continue
    await definitions.load(row.definition)
    found.events += 1
    found.trial.event(row, timeOf(row.log_time))
  }
  return counts.map(({ events: counted, profile_id }) => {
    const found = trials.get(profile_id)
    const memberships = stored.get(profile_id) ?? new Map<string, Membership>()
    return {
      ...(found?.trial.end(memberships, epochMs(now)) ?? nothing),
      members: [...memberships].flatMap(([name, { member }]) => (member ? [name] : [])),
      eventsGone: Math.max(0, Number(counted) - (found?.events ?? 0)),
    }
  })
}

const nothing: Outcome = {
  deploy: { entries: [], exits: [] },
  rebuild: { entries: [], exits: [] },
  valued: [],
}

async function readMemberships(
  clickhouse: Pick<ClickHouse, 'query'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, Membership>>> {
  const rows = await clickhouse.query<MembershipRow & { readonly profile_id: string }>(
    `SELECT profile_id, segment, member, entered_at, exited_at, rule_version, rule_hash, because
     FROM segment_memberships FINAL ${ofThem}`,
    { ids },
  )
  return new Map(
    [...Map.groupBy(rows, ({ profile_id }) => profile_id)].map(([profile, own]) => [
      profile,
      new Map(own.map((row) => [row.segment, membershipOf(row)])),
    ]),
  )
}
