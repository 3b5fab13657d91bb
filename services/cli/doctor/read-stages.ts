import { type Channel, channels } from '#runtime/event/vocabulary.ts'
import type { Offset } from '#runtime/event/ids.ts'
import type { Admin, KafkaRecord } from '#runtime/kafka/ports.ts'
import { decodeFrame } from '#runtime/log/frame.ts'
import { groupName, topicName } from '#schemas/topics.ts'
import { isLost, unreadOf } from './assess-stages.ts'
import type { PartitionFact, SourceTopicsFact, StageTopic, StageTopicFacts } from './facts.ts'
import { readFact } from './read-fact.ts'

interface Reading {
  readonly stage: string
  readonly group: string
  readonly topic: string
  readonly eventsIn: (record: KafkaRecord) => number | null
}

const one = (): number => 1
/** A raw record may hold one event or a thousand: only its normaliser knows. */
const untold = (): null => null

function inFrame({ value }: KafkaRecord): number | null {
  try {
    return value === null ? 0 : decodeFrame(value).messages.length
  } catch {
    // A frame that cannot be read is the business of whoever folds it.
    return null
  }
}

interface Served {
  readonly prefix: string
  /** Of profile.log and its links. */
  readonly generation: number
}

/** Every stage with each topic that it reads, in the order of an event's way. */
function readingsOf(
  { prefix, generation }: Served,
  existing: readonly string[],
  sources: readonly SourceTopicsFact[],
): readonly Reading[] {
  const there = new Set(existing)
  const ofChannel = (channel: Channel): readonly Reading[] => {
    const found = sources.find((source) => source.channel === channel)?.found ?? []
    const topics = [
      ...found.map(({ topic }) => topic),
      topicName(prefix, `channel.${channel}.import`),
      topicName(prefix, `channel.${channel}.replay`),
    ]
    const group = groupName(prefix, channel)
    return topics.map((topic) => ({ stage: channel, group, topic, eventsIn: untold }))
  }
  const all: readonly Reading[] = [
    ...channels.flatMap(ofChannel),
    {
      stage: 'identity',
      group: groupName(prefix, 'identity', generation),
      topic: topicName(prefix, 'identity.links', generation),
      eventsIn: one,
    },
    {
      stage: 'profiles',
      group: groupName(prefix, 'profiles', generation),
      topic: topicName(prefix, 'profile.log', generation),
      eventsIn: inFrame,
    },
    {
      stage: 'dead-letters',
      group: groupName(prefix, 'dead-letters'),
      topic: topicName(prefix, 'deadletter'),
      eventsIn: one,
    },
  ]
  return all.filter(({ topic }) => there.has(topic))
}

export async function readStages(
  admin: Admin,
  topics: { readonly existing: readonly string[]; readonly sources: readonly SourceTopicsFact[] },
  { timeoutMs, ...served }: Served & { readonly timeoutMs: number },
): Promise<readonly StageTopic[]> {
  const readings = readingsOf(served, topics.existing, topics.sources)
  return Promise.all(
    readings.map(async (reading) => {
      const { stage, group, topic } = reading
      const facts = await readFact(topic, timeoutMs, async () => readTopic(admin, reading))
      return { stage, group, topic, facts }
    }),
  )
}

async function readTopic(
  admin: Admin,
  { group, topic, eventsIn }: Reading,
): Promise<StageTopicFacts> {
  const settings = await admin.topicConfig(topic, ['retention.ms', 'cleanup.policy'])
  // First the place of the group, then the end of the log: the other way round a busy group would be ahead of it.
  const committed = await admin.committed(group, topic)
  const ranges = await admin.offsets(topic)
  const places = [...ranges].map(([partition, range]) => ({
    partition,
    ...range,
    committed: committed.get(partition) ?? null,
    waiting: null,
  }))
  const behind = places.filter((place) => unreadOf(place) > 0)
  const first = new Map<number, Offset>(
    behind.map((place) => [place.partition, firstUnread(place)]),
  )
  const records =
    first.size === 0 ? new Map<number, readonly KafkaRecord[]>() : await admin.peek(topic, first)
  const retention = settings.get('retention.ms') ?? '-1'
  const isDeleted = settings.get('cleanup.policy')?.includes('delete') ?? true
  return {
    partitions: places
      .map((place) => ({ ...place, waiting: waitingOf(records.get(place.partition)) }))
      .toSorted((a, b) => a.partition - b.partition),
    retentionMs: retention === '-1' || !isDeleted ? null : Number(retention),
    eventsPerRecord: mean([...records.values()].flat().map(eventsIn)),
  }
}

const firstUnread = (place: PartitionFact): Offset =>
  place.committed === null || isLost(place) ? place.low : place.committed.offset

const waitingOf = (records: readonly KafkaRecord[] | undefined): PartitionFact['waiting'] => {
  const first = records?.[0]
  return first === undefined ? null : { at: first.timestamp, offset: first.offset }
}

function mean(counts: readonly (number | null)[]): number | null {
  const told = counts.filter((count) => count !== null)
  return told.length === 0 ? null : told.reduce((a, b) => a + b, 0) / told.length
}
