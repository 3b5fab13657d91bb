import { parsePlace, replayAttemptHeader, replayOfHeader } from '#runtime/channel/core/replay.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { KafkaRecord } from '#runtime/kafka/ports.ts'
import type { Message } from '#runtime/log/messages.ts'
import { placeOfVersion } from '#runtime/log/version.ts'
import { toIso } from '#runtime/time/iso.ts'
import { followBack, traceparentOf } from './follow-back.ts'
import { type FollowDeps, followEvent, frameOf } from './follow-event.ts'
import { ownerOf, rawSpot } from './names.ts'
import { type Spot, spotText, type What } from './parse-what.ts'
import type { LogReader } from './read-log.ts'
import {
  type EventRow,
  eventsOfId,
  eventsOfKey,
  eventsOfRecord,
  lettersOf,
  newestProfileRow,
  type ReplayRow,
  replaysOf,
} from './read-rows.ts'
import type { EventHop, FrameHop, LetterHop, RawHop, ReplayHop, TraceView } from './trace-view.ts'

/** Raw records that one trace follows forwards. */
const recordsMax = 20

/**
 * Every hop and row of what was asked, both ways: back to the raw records that it came of, and from each of them forwards to all rows.
 * @throws TributaryError TRB_NOT_FOUND for a profile or an event that there is not, and for a place in no partition that there is.
 */
export async function trace(asked: string, what: What, deps: FollowDeps): Promise<TraceView> {
  const { frames, raw } = await backwards(what, deps)
  const found = { raw: [] as RawHop[], events: [] as EventHop[] }
  const letters: LetterHop[] = []
  const replays: ReplayHop[] = []
  const open = [...raw]
  const seen = new Set<string>()
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const record = { ...next, index: null }
    if (seen.has(spotText(record)) || seen.size >= recordsMax) continue
    seen.add(spotText(record))
    const hop = await rawHop(record, deps)
    found.raw.push(hop)
    // A replay stands for the record that it repeats: what became of that one is part of the way.
    const original = hop.replay_of === null ? null : parsePlace(hop.replay_of.replaceAll(':', '/'))
    if (original !== null) open.push({ ...original, index: null })
    const wanted = raw.find((one) => spotText({ ...one, index: null }) === spotText(record))
    for (const row of await eventRows({ ...record, index: wanted?.index ?? null }, hop, deps))
      found.events.push(await followEvent(row, deps))
    const { topic, partition, offset } = record
    letters.push(...(await lettersOf(deps.clickhouse, topic, partition, offset)))
    for (const replay of await replaysOf(deps.clickhouse, topic, partition, offset)) {
      const spot = await replaySpot(record, replay, deps)
      replays.push({ ...replay, place: spot === null ? null : spotText(spot) })
      if (spot !== null) open.push(spot)
    }
  }
  const view = { asked, ...found, frames, dead_letters: letters, replays }
  if (what.kind === 'spot' && isEmpty(view)) await assertPartition(what, deps.log)
  return view
}

/** Nothing is known of it. */
export const isEmpty = ({ dead_letters: letters, events, frames, raw }: TraceView): boolean =>
  events.length + letters.length === 0 && ![...raw, ...frames].some(({ in_log: inLog }) => inLog)

async function assertPartition({ topic, partition }: Spot, log: LogReader): Promise<void> {
  const partitions = await log.partitions(topic)
  if (partitions === 0) throw missing(`there is no topic ${topic}`)
  if (partition >= partitions)
    throw missing(`${topic} has no partition ${partition}, only 0 to ${partitions - 1}`)
}

/** The raw records behind what was asked, and the frames on the way there. */
async function backwards(
  what: What,
  deps: FollowDeps,
): Promise<{ readonly frames: readonly FrameHop[]; readonly raw: readonly Spot[] }> {
  switch (what.kind) {
    case 'spot':
      return followBack(what, deps)
    case 'event': {
      const rows = await eventsOfId(deps.clickhouse, what.eventId)
      if (rows.length === 0) throw missing(`there is no event ${what.eventId}`)
      const raw = rows.flatMap((row) => {
        const spot = rawSpot(row.origin, Number(row.origin_offset), row.origin_index)
        return spot === null ? [] : [spot]
      })
      return { frames: [], raw }
    }
    case 'profile': {
      const version =
        what.version ?? (await newestProfileRow(deps.clickhouse, what.profile))?.version
      if (version === undefined) throw missing(`there is no profile ${what.profile}`)
      const { generation, offset, index } = placeOfVersion(version)
      const topic = deps.names.profileLog(generation)
      const partitions = await deps.log.partitions(topic)
      if (partitions === 0) throw missing(`${topic}, which made that row, is not there any more`)
      const partition = ownerOf(what.profile, partitions)
      return followBack({ topic, partition, offset, index }, deps)
    }
    default:
      return what satisfies never
  }
}

const missing = (message: string): TributaryError => new TributaryError('TRB_NOT_FOUND', message)

async function rawHop(spot: Spot, { log }: FollowDeps): Promise<RawHop> {
  const record = await log.record(spot, spot.offset)
  const replayOf = record === null ? null : headerOf(record, replayOfHeader)
  return {
    place: spotText(spot),
    in_log: record !== null,
    received_at: record === null ? null : toIso(epochMs(record.timestamp)),
    bytes: record === null ? null : (record.value?.length ?? 0),
    headers: Object.keys(record?.headers ?? {}).toSorted(),
    replay_of: replayOf?.replaceAll('/', ':') ?? null,
    traceparent: record === null ? null : traceparentOf(record),
  }
}

function headerOf({ headers }: KafkaRecord, name: string): string | null {
  const value = headers[name]
  return value === undefined ? null : new TextDecoder().decode(value)
}

/** The rows of a record; where it left none, those of the same events that came before by another way. */
async function eventRows(
  spot: Spot,
  { received_at: receivedAt }: RawHop,
  deps: FollowDeps,
): Promise<readonly EventRow[]> {
  const { topic, partition, offset, index } = spot
  const rows = await eventsOfRecord(deps.clickhouse, topic, partition, offset)
  const wanted = rows.filter((row) => index === null || row.origin_index === index)
  if (wanted.length > 0 || receivedAt === null) return wanted
  const keys = await keysInLog(spot, Date.parse(receivedAt), deps)
  const known = await Promise.all(keys.map(async (key) => eventsOfKey(deps.clickhouse, key)))
  return known.flat()
}

/** Event keys that the channel sent for a record: each partition's first frame of it. */
async function keysInLog(
  { topic, partition, offset, index }: Spot,
  receivedAt: number,
  { log, names, generation }: FollowDeps,
): Promise<readonly string[]> {
  const target = names.profileLog(generation)
  const isOf = ({ position }: Message): boolean =>
    position[0] === offset && (index === null || position[1] === index)
  const keys = new Set<string>()
  for (let home = 0; home < (await log.partitions(target)); home += 1)
    await log.firstSince({ topic: target, partition: home }, receivedAt, (record) => {
      const frame = frameOf(record)
      if (frame?.origin?.kind !== 'raw') return false
      if (frame.origin.topic !== topic || frame.origin.partition !== partition) return false
      for (const message of frame.messages)
        if (isOf(message) && message.body.kind === 'event') keys.add(message.body.event.eventKey)
      // Positions of an origin only grow: behind it there is no more of this record.
      return frame.messages.some(({ position }) => position[0] >= offset)
    })
  return [...keys]
}

/** Where a dead letter went when it was sent again. */
async function replaySpot(
  original: Spot,
  { attempt, replay_topic: topic, replayed_at: replayedAt }: ReplayRow,
  { log }: FollowDeps,
): Promise<Spot | null> {
  const wanted = spotText(original).replaceAll(':', '/')
  // The row's time is of whoever sent it, the log's of the brokers.
  const since = Date.parse(replayedAt) - clockSkewMs
  for (let partition = 0; partition < (await log.partitions(topic)); partition += 1) {
    const record = await log.firstSince({ topic, partition }, since, (one) => {
      return (
        headerOf(one, replayOfHeader) === wanted &&
        headerOf(one, replayAttemptHeader) === String(attempt)
      )
    })
    if (record !== null) return { topic, partition, offset: record.offset, index: null }
  }
  return null
}

const clockSkewMs = 60_000
