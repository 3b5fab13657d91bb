import { isTributaryError } from '#runtime/errors/index.ts'
import type { KafkaRecord } from '#runtime/kafka/ports.ts'
import { decodeLinksRecord } from '#runtime/log/links-record.ts'
import type { Body, Message, Origin } from '#runtime/log/messages.ts'
import { toIso } from '#runtime/time/iso.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { traceparentHeader } from '#runtime/tracing/port.ts'
import { type FollowDeps, frameOf } from './follow-event.ts'
import { type LogNames, rawSpot, versionOfSpot } from './names.ts'
import { type Spot, spotText } from './parse-what.ts'
import { eventsUpTo } from './read-rows.ts'
import type { FrameHop } from './trace-view.ts'

/** Everything before a message of our own logs: the hops, and the raw events that they end at. */
export interface Backwards {
  readonly frames: readonly FrameHop[]
  readonly raw: readonly Spot[]
}

/** A frame may hold a thousand messages; of a whole one the first are followed. */
const messagesMax = 50
/** A chain is a Member, its home's message, the raw event; with links in between a few more. */
const hopsMax = 8
/** Events of a fragment that a Member may have been sent for: the newest. */
const eventsShown = 5

export async function followBack(spot: Spot, deps: FollowDeps): Promise<Backwards> {
  const frames: FrameHop[] = []
  const raw = new Map<string, Spot>()
  const seen = new Set<string>()
  const open: Spot[] = [spot]
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const key = spotText(next)
    const our = deps.names.kindOf(next.topic)
    if (our === null) raw.set(key, next)
    if (our === null || seen.has(key) || seen.size >= hopsMax) continue
    seen.add(key)
    const record = await deps.log.record(next, next.offset)
    const step = our.log === 'links' ? linkStep(next, record, deps.names) : null
    const steps = step === null ? await messageSteps(next, record, our.generation, deps) : [step]
    for (const { hop, before } of steps) {
      frames.push(hop)
      open.push(...before)
    }
  }
  return { frames, raw: [...raw.values()] }
}

interface Step {
  readonly hop: FrameHop
  readonly before: readonly Spot[]
}

const hopOf = (spot: Spot, record: KafkaRecord | null): FrameHop => ({
  place: spotText(spot),
  in_log: record !== null,
  at: record === null ? null : toIso(epochMs(record.timestamp)),
  kind: null,
  from: null,
  fragment_id: null,
  profile_id: null,
  traceparent: record === null ? null : traceparentOf(record),
})

export function traceparentOf({ headers }: KafkaRecord): string | null {
  const value = headers[traceparentHeader]
  return value === undefined ? null : new TextDecoder().decode(value)
}

/** A link was sent by the home of its event. */
function linkStep(spot: Spot, record: KafkaRecord | null, names: LogNames): Step {
  const hop = hopOf(spot, record)
  const value = record?.value ?? null
  const link = value === null ? null : readLink(value)
  if (link === null) return { hop, before: [] }
  if (link.kind !== 'link') return { hop: { ...hop, kind: link.kind }, before: [] }
  const { generation, partition, position } = link.sender
  const [offset, index] = position
  const before = { topic: names.profileLog(generation), partition, offset, index }
  return { hop: { ...hop, kind: 'link', from: spotText(before) }, before: [before] }
}

function readLink(value: Uint8Array): ReturnType<typeof decodeLinksRecord> | null {
  try {
    return decodeLinksRecord(value)
  } catch (error) {
    if (!isTributaryError(error, 'TRB_FRAME_INVALID')) throw error
    return null
  }
}

async function messageSteps(
  spot: Spot,
  record: KafkaRecord | null,
  generation: number,
  deps: FollowDeps,
): Promise<readonly Step[]> {
  const frame = record === null ? null : frameOf(record)
  if (frame === null) return [{ hop: hopOf(spot, record), before: [] }]
  const wanted = frame.messages
    .map((message, index) => ({ message, index }))
    .filter(({ index }) => spot.index === null || spot.index === index)
    .slice(0, messagesMax)
  const steps: Step[] = []
  for (const { message, index } of wanted) {
    const at = { ...spot, index }
    const before = beforeOf(frame.origin, message, generation, deps.names)
    const from = before === null ? null : spotText(before)
    const hop = { ...hopOf(at, record), kind: message.body.kind, from, ...whose(message.body) }
    const more =
      message.body.kind === 'member'
        ? await eventsBehind(message, frame.origin, generation, deps)
        : []
    steps.push({ hop, before: [...(before === null ? [] : [before]), ...more] })
  }
  return steps
}

/** Where a message came from. */
function beforeOf(
  origin: Origin | null,
  { position: [offset, index], body }: Message,
  generationHere: number,
  names: LogNames,
): Spot | null {
  // Fed again from `events`: it says itself where it was first read.
  if (body.kind === 'event' && body.place !== undefined)
    return rawSpot(body.place.origin, body.place.offset, body.place.index)
  switch (origin?.kind) {
    case 'raw':
      return { topic: origin.topic, partition: origin.partition, offset, index }
    case 'log': {
      const { generation, partition } = origin
      // A Member stands behind the last message of its flush.
      return { topic: names.profileLog(generation), partition, offset, index }
    }
    case 'links':
      return { topic: names.links(generationHere), partition: 0, offset, index: null }
    case 'definitions':
    case 'events':
    case undefined:
      return null
    default:
      return origin satisfies never
  }
}

function whose(body: Body): Pick<FrameHop, 'fragment_id' | 'profile_id'> {
  switch (body.kind) {
    case 'event':
      return { fragment_id: body.event.fragment, profile_id: null }
    case 'assign':
    case 'member':
    case 'leave':
      return { fragment_id: body.fragment, profile_id: body.profile }
    case 'erase':
    case 'expire':
      return { fragment_id: body.fragment, profile_id: null }
    case 'held':
      return { fragment_id: null, profile_id: body.profile }
    case 'define':
    case 'tick':
    case 'live':
      return { fragment_id: null, profile_id: null }
    default:
      return body satisfies never
  }
}

/** The newest events of a Member's fragment before it was sent: one of them, or an assignment, is why. */
async function eventsBehind(
  { position: [offset, index], body }: Message,
  origin: Origin | null,
  generation: number,
  { clickhouse }: FollowDeps,
): Promise<readonly Spot[]> {
  if (body.kind !== 'member' || origin?.kind !== 'log') return []
  const upTo = versionOfSpot(generation, offset, Math.min(index, 65_535))
  const rows = await eventsUpTo(clickhouse, body.fragment, upTo, eventsShown)
  return rows.flatMap((row) => {
    const spot = rawSpot(row.origin, Number(row.origin_offset), row.origin_index)
    return spot === null ? [] : [spot]
  })
}
