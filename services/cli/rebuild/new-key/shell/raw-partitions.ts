import { matchTopics } from '#runtime/channel/shell/channel-topology.ts'
import { decodeCommitMetadata, incarnationOf } from '#runtime/channel/core/commit-metadata.ts'
import type { Entry } from '#runtime/channel/core/entry.ts'
import { channelSources } from '#runtime/channel/core/settings.ts'
import type { PipelineDefinition } from '#runtime/definition/schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { type Channel, channels } from '#runtime/event/vocabulary.ts'
import type { Admin } from '#runtime/kafka/ports.ts'
import { groupName, topicName } from '#schemas/topics.ts'

/** A topic that a channel reads: one of the company's, an import, or replays. */
export interface RawTopic {
  readonly topic: string
  readonly channel: Channel
  readonly entry: Entry
  readonly incarnation: number
  /** By partition. */
  readonly low: readonly number[]
  readonly high: readonly number[]
  /** How far its channel has come; 0 where it has not begun. */
  readonly committed: readonly number[]
}

/** Every topic that the channels read under a definition, as it is now. A topic that two channels read is the first one's. */
export async function rawTopics(
  admin: Pick<Admin, 'listTopics' | 'describeTopics' | 'offsets' | 'committed'>,
  definition: PipelineDefinition,
  prefix: string,
): Promise<readonly RawTopic[]> {
  const existing = await admin.listTopics()
  const found = new Map<string, Pick<RawTopic, 'channel' | 'entry'>>()
  for (const channel of channels) {
    const own = {
      import: topicName(prefix, `channel.${channel}.import`),
      replay: topicName(prefix, `channel.${channel}.replay`),
    }
    const named = channelSources(definition, channel).flatMap(({ topics }) => topics)
    const { found: matching } = matchTopics(existing, named, prefix)
    const ours = [own.import, own.replay].filter((topic) => existing.includes(topic))
    for (const topic of [...matching, ...ours])
      if (!found.has(topic)) found.set(topic, { channel, entry: entryIn(topic, own) })
  }
  const described = await admin.describeTopics([...found.keys()])
  return Promise.all(
    [...found].map(async ([topic, { channel, entry }]): Promise<RawTopic> => {
      const topicId = described.get(topic)?.topicId ?? null
      const ranges = await admin.offsets(topic)
      const committed = await admin.committed(groupName(prefix, channel), topic)
      refuseAnother(topic, topicId, committed)
      const partitions = Array.from({ length: described.get(topic)?.partitions ?? 0 }, (_, n) => n)
      return {
        topic,
        channel,
        entry,
        incarnation: incarnationOf(topicId),
        low: partitions.map((n) => ranges.get(n)?.low ?? 0),
        high: partitions.map((n) => ranges.get(n)?.high ?? 0),
        committed: partitions.map((n) => committed.get(n)?.offset ?? 0),
      }
    }),
  )
}

const entryIn = (
  topic: string,
  own: { readonly import: string; readonly replay: string },
): Entry => (topic === own.import ? 'import' : topic === own.replay ? 'replay' : 'live')

/** Offsets of a topic that was created anew since say nothing about this one. */
function refuseAnother(
  topic: string,
  topicId: string | null,
  committed: Awaited<ReturnType<Admin['committed']>>,
): void {
  for (const { metadata } of committed.values()) {
    const known = decodeCommitMetadata(metadata)?.topicId ?? null
    if (known !== null && topicId !== null && known !== topicId)
      throw new TributaryError(
        'TRB_OFFSET_LOST',
        `${topic} was created anew: the committed offset belongs to the topic ${known}, this one is ${topicId}`,
        { context: { topic } },
      )
  }
}
