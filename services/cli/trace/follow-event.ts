import type { KafkaRecord } from '#runtime/kafka/ports.ts'
import { decodeFrame } from '#runtime/log/frame.ts'
import type { Frame, Message } from '#runtime/log/messages.ts'
import { placeOfVersion } from '#runtime/log/version.ts'
import {
  type LogNames,
  ownerOf,
  rawSpot,
  spotOfDecision,
  spotOfVersion,
  versionOfSpot,
} from './names.ts'
import { spotText } from './parse-what.ts'
import type { LogReader } from './read-log.ts'
import {
  decisionsOf,
  type EventRow,
  firstProfileRow,
  type Tables,
  transitionsAt,
} from './read-rows.ts'
import type { EventHop, RowHop } from './trace-view.ts'

export interface FollowDeps {
  readonly clickhouse: Tables
  readonly log: LogReader
  readonly names: LogNames
  /** Generation of profile.log that serves. */
  readonly generation: number
}

/** An event with all rows that it led to: its own, those of its profile, decisions on its evidence. */
export async function followEvent(row: EventRow, deps: FollowDeps): Promise<EventHop> {
  const { names } = deps
  const frame = spotOfVersion(row.version, row.partition, names)
  const rows: RowHop[] = [
    {
      table: 'events',
      key: row.event_id,
      version: row.version,
      place: spotText(frame),
      at: row.log_time,
      what: row.type,
    },
  ]
  for (const one of await decisionsOf(deps.clickhouse, row.event_id))
    rows.push({
      table: 'identity_decisions',
      key: one.decision_id,
      version: one.version,
      place: spotOfDecision(one.version, names),
      at: one.at,
      what: `${one.outcome} (${one.rule})`,
    })
  const told = row.profile_id === null ? null : await toldOwner(row, row.profile_id, deps)
  if (told !== null) rows.push(...(await rowsOfProfile(told, deps)))
  const raw = rawSpot(row.origin, Number(row.origin_offset), row.origin_index)
  return {
    correlation_id: raw === null ? row.origin : spotText(raw),
    event_id: row.event_id,
    type: row.type,
    fragment_id: row.fragment_id,
    received_at: row.received_at,
    log_time: row.log_time,
    frame: spotText(frame),
    version: row.version,
    profile_id: row.profile_id,
    member:
      told?.member === true ? spotText(spotOfVersion(told.version, told.partition, names)) : null,
    rows,
  }
}

/** The message by which a profile's owner learnt of an event. */
interface Told {
  readonly profile: string
  readonly partition: number
  readonly version: string
  /** It came from another partition. */
  readonly member: boolean
}

/** The event itself where its home owns the profile, else the first Member from there on; null: it is not in the log any more, or not yet. */
async function toldOwner(
  row: EventRow,
  profile: string,
  { log, names }: FollowDeps,
): Promise<Told | null> {
  const { generation, offset, index } = placeOfVersion(row.version)
  const topic = names.profileLog(generation)
  const partitions = await log.partitions(topic)
  if (partitions === 0) return null
  const partition = ownerOf(profile, partitions)
  if (partition === row.partition)
    return { profile, partition, version: row.version, member: false }
  const isMember = ({ position, body }: Message): boolean =>
    body.kind === 'member' &&
    body.fragment === row.fragment_id &&
    body.profile === profile &&
    // Of one flush with the event, or of a later one.
    (position[0] > offset || (position[0] === offset && position[1] >= index))
  const fromHome = (frame: Frame): boolean =>
    frame.origin?.kind === 'log' && frame.origin.partition === row.partition
  let found = -1
  const record = await log.firstSince({ topic, partition }, Date.parse(row.log_time), (one) => {
    const frame = frameOf(one)
    found = frame !== null && fromHome(frame) ? frame.messages.findIndex(isMember) : -1
    return found >= 0
  })
  if (record === null) return null
  const version = versionOfSpot(generation, record.offset, found)
  return { profile, partition, version, member: true }
}

/** null: no frame, or of another format. */
export function frameOf({ value }: Pick<KafkaRecord, 'value'>): Frame | null {
  try {
    return value === null ? null : decodeFrame(value)
  } catch {
    return null
  }
}

async function rowsOfProfile(
  { profile, partition, version }: Told,
  { clickhouse, names }: FollowDeps,
): Promise<readonly RowHop[]> {
  const row = await firstProfileRow(clickhouse, profile, version)
  const rows: RowHop[] =
    row === null
      ? []
      : [
          {
            table: 'profile_history',
            key: profile,
            version: row.version,
            place: spotText(spotOfVersion(row.version, partition, names)),
            at: row.updated_at,
            what: 'the first row of the profile that has it in',
          },
        ]
  for (const one of await transitionsAt(clickhouse, profile, version))
    rows.push({
      table: 'segment_transitions',
      key: `${one.profile_id} ${one.segment}`,
      version: one.version,
      place: spotText(spotOfVersion(one.version, partition, names)),
      at: one.at,
      what: `${one.to} (${one.cause})`,
    })
  return rows
}
