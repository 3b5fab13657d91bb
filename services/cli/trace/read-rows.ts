import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { withinPartitions } from '#runtime/clickhouse/within-partitions.ts'
import type { LetterHop } from './trace-view.ts'

export type Tables = Pick<ClickHouse, 'query'>

/** A row of events with the profile of its fragment. */
export interface EventRow {
  readonly event_id: string
  readonly event_key: string
  readonly type: string
  readonly fragment_id: string
  readonly received_at: string
  readonly log_time: string
  readonly partition: number
  readonly version: string
  readonly origin: string
  readonly origin_offset: string
  readonly origin_index: number
  readonly profile_id: string | null
}

const eventsMax = 1000

const eventColumns = `e.event_id AS event_id, e.event_key AS event_key, e.type AS type, e.fragment_id AS fragment_id,
  e.received_at AS received_at, e.log_time AS log_time, e.partition AS partition, e.version AS version,
  e.origin AS origin, e.origin_offset AS origin_offset, e.origin_index AS origin_index, i.profile_id AS profile_id`

const selectEvents = (where: string, order = 'version'): string =>
  `SELECT ${eventColumns} FROM (SELECT * FROM events FINAL WHERE ${where} ORDER BY ${order} LIMIT ${eventsMax}) AS e
   LEFT JOIN (SELECT fragment_id, toNullable(profile_id) AS profile_id FROM profile_identifiers FINAL) AS i
   ON i.fragment_id = e.fragment_id ORDER BY e.origin_index, e.version SETTINGS ${withinPartitions}`

/** What a raw record became. */
export const eventsOfRecord = async (
  clickhouse: Tables,
  topic: string,
  partition: number,
  offset: number,
): Promise<readonly EventRow[]> =>
  clickhouse.query<EventRow>(
    selectEvents(
      `origin_offset = {offset:Int64} AND startsWith(origin, {from:String}) AND endsWith(origin, {to:String})`,
    ),
    { offset, from: `raw/${topic}/`, to: `/${partition}` },
  )

export const eventsOfKey = async (clickhouse: Tables, key: string): Promise<readonly EventRow[]> =>
  clickhouse.query<EventRow>(selectEvents('event_key = {key:String}'), { key })

export const eventsOfId = async (
  clickhouse: Tables,
  eventId: string,
): Promise<readonly EventRow[]> =>
  clickhouse.query<EventRow>(selectEvents('event_id = {eventId:String}'), { eventId })

/** The newest events of a fragment up to a position in its home's log. */
export const eventsUpTo = async (
  clickhouse: Tables,
  fragment: string,
  version: string,
  count: number,
): Promise<readonly EventRow[]> => {
  const rows = await clickhouse.query<EventRow>(
    selectEvents('fragment_id = {fragment:String} AND version <= {version:UInt64}', 'version DESC'),
    { fragment, version },
  )
  return rows.toSorted((a, b) => (BigInt(a.version) < BigInt(b.version) ? 1 : -1)).slice(0, count)
}

export const lettersOf = async (
  clickhouse: Tables,
  topic: string,
  partition: number,
  offset: number,
): Promise<readonly LetterHop[]> =>
  clickhouse.query<LetterHop>(
    `SELECT concat(topic, ':', toString(partition), ':', toString(offset), if(\`index\` < 0, '', concat(':', toString(\`index\`)))) AS correlation_id,
       status, stage, reason, attempt, failed_at
     FROM dead_letters_now WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:Int64} ORDER BY \`index\``,
    { topic, partition, offset },
  )

export interface ReplayRow {
  readonly attempt: number
  readonly replayed_at: string
  readonly replay_topic: string
}

export const replaysOf = async (
  clickhouse: Tables,
  topic: string,
  partition: number,
  offset: number,
): Promise<readonly ReplayRow[]> =>
  clickhouse.query<ReplayRow>(
    `SELECT attempt, replayed_at, replay_topic FROM dead_letter_replays FINAL
     WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:Int64} ORDER BY attempt`,
    { topic, partition, offset },
  )

export interface ProfileVersion {
  readonly profile_id: string
  readonly version: string
  readonly updated_at: string
}

/** The first row of a profile that has seen a position of its owner's log. */
export const firstProfileRow = async (
  clickhouse: Tables,
  profile: string,
  from: string,
): Promise<ProfileVersion | null> =>
  (
    await clickhouse.query<ProfileVersion>(
      `SELECT profile_id, version, updated_at FROM profile_history FINAL
       WHERE profile_id = {profile:UUID} AND version >= {from:UInt64} ORDER BY version LIMIT 1`,
      { profile, from },
    )
  )[0] ?? null

export const newestProfileRow = async (
  clickhouse: Tables,
  profile: string,
): Promise<ProfileVersion | null> =>
  (
    await clickhouse.query<ProfileVersion>(
      'SELECT profile_id, version, updated_at FROM profiles FINAL WHERE profile_id = {profile:UUID}',
      { profile },
    )
  )[0] ?? null

export interface TransitionRow {
  readonly profile_id: string
  readonly segment: string
  readonly to: string
  readonly cause: string
  readonly version: string
  readonly seq: number
  readonly at: string
}

/** What one message changed in the segments of a profile. */
export const transitionsAt = async (
  clickhouse: Tables,
  profile: string,
  version: string,
): Promise<readonly TransitionRow[]> =>
  clickhouse.query<TransitionRow>(
    `SELECT profile_id, segment, to, cause, version, seq, at FROM segment_transitions FINAL
     WHERE profile_id = {profile:UUID} AND version = {version:UInt64} ORDER BY seq`,
    { profile, version },
  )

export interface DecisionRow {
  readonly decision_id: string
  readonly version: string
  readonly at: string
  readonly rule: string
  readonly outcome: string
}

/** What the linker decided on the evidence of an event. */
export const decisionsOf = async (
  clickhouse: Tables,
  eventId: string,
): Promise<readonly DecisionRow[]> =>
  clickhouse.query<DecisionRow>(
    `SELECT decision_id, version, at, rule, outcome FROM identity_decisions FINAL
     WHERE has(evidence, {eventId:String}) ORDER BY version`,
    { eventId },
  )
