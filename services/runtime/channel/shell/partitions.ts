import { TributaryError } from '../../errors/index.ts'
import { type DefinitionVersion, type Offset, offset } from '../../event/ids.ts'
import { type CommittedOffset, partitionKey, type TopicPartition } from '../../kafka/ports.ts'
import {
  channelVersion,
  decodeCommitMetadata,
  encodeCommitMetadata,
} from '../core/commit-metadata.ts'
import type { Definitions } from './definitions.ts'

export interface PartitionsDeps {
  readonly definitions: Definitions
  /** Ids of topics, null where the broker has none. */
  topicIds(topics: readonly string[]): Promise<ReadonlyMap<string, string | null>>
  committed(topic: string): Promise<ReadonlyMap<number, CommittedOffset>>
  /** Where the log of each partition ends now. */
  ends(topic: string): Promise<ReadonlyMap<number, Offset>>
}

export interface PartitionState {
  readonly topicId: string | null
  /** Definition by which the records from the committed offset on are read; null: nothing was committed yet. */
  pinned: DefinitionVersion | null
  /** Below it a former owner may have sent records by the pinned definition: where the log ended when the partition was assigned. */
  readonly settledFrom: Offset
}

/** Partitions that a channel reads just now. */
export interface Partitions {
  /** In place of those before: `null` where its committed offset says to begin, an error where that means nothing. */
  open(assigned: readonly TopicPartition[]): Promise<ReadonlyMap<string, TributaryError | null>>
  get(at: TopicPartition): PartitionState | undefined
  close(at: TopicPartition): void
  /**
   * What the records from an offset on are read by. It is the newest definition, but not before everything that a crashed owner may have sent by the
   * old one was sent by the old one again. A partition that was idle, as that of replays is, goes on with what was deployed meanwhile. In a new
   * generation nobody has sent anything by an older definition.
   */
  next(state: PartitionState, at: Offset): DefinitionVersion
}

export function createPartitions(deps: PartitionsDeps): Partitions {
  const { definitions } = deps
  const states = new Map<string, PartitionState>()

  async function openTopic(
    topic: string,
    partitions: readonly number[],
    topicId: string | null,
  ): Promise<ReadonlyMap<string, TributaryError | null>> {
    const starts = new Map<string, TributaryError | null>()
    const offsets = await deps.committed(topic)
    const logEnds = await deps.ends(topic)
    for (const partition of partitions) {
      const metadata = decodeCommitMetadata(offsets.get(partition)?.metadata ?? null)
      const key = partitionKey({ topic, partition })
      starts.set(key, otherTopic({ topic, partition }, metadata?.topicId ?? null, topicId))
      states.set(key, {
        topicId,
        pinned: metadata?.definition ?? null,
        // Without a commit nobody sent anything.
        settledFrom: offset(metadata === null ? 0 : (logEnds.get(partition) ?? 0)),
      })
    }
    return starts
  }

  return {
    async open(assigned) {
      states.clear()
      const byTopic = Map.groupBy(assigned, ({ topic }) => topic)
      const ids = await deps.topicIds([...byTopic.keys()])
      const starts = new Map<string, TributaryError | null>()
      for (const [topic, list] of byTopic) {
        const numbers = list.map(({ partition }) => partition)
        const opened = await openTopic(topic, numbers, ids.get(topic) ?? null)
        for (const [key, start] of opened) starts.set(key, start)
      }
      return starts
    },
    get: (at) => states.get(partitionKey(at)),
    close: (at) => void states.delete(partitionKey(at)),
    next({ pinned, settledFrom }, at) {
      const newest = definitions.latest().version
      if (pinned === null || pinned < definitions.since()) return newest
      return at >= settledFrom && newest > pinned ? newest : pinned
    },
  }
}

/** What a commit says beside the offset. */
export const metadataOf = (
  { topicId }: Pick<PartitionState, 'topicId'>,
  definition: DefinitionVersion,
): string => encodeCommitMetadata({ definition, channelVersion, topicId })

/** Offsets of another topic mean nothing in this one: it stands still until somebody decides. */
const otherTopic = (
  { topic, partition }: TopicPartition,
  known: string | null,
  topicId: string | null,
): TributaryError | null =>
  known === null || topicId === null || known === topicId
    ? null
    : new TributaryError(
        'TRB_OFFSET_LOST',
        `${partitionKey({ topic, partition })}: the topic was created anew: the committed offset belongs to the topic ${known}, this one is ${topicId}`,
        { context: { topic, partition } },
      )
