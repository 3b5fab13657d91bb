import { type Offset, offset } from '#runtime/event/ids.ts'
import { decodeCommitMetadata } from '#runtime/channel/core/commit-metadata.ts'
import type { CommittedOffset, OffsetRange, TopicDescription } from '#runtime/kafka/ports.ts'

export interface PartitionReset {
  readonly topic: string
  readonly partition: number
  readonly committed: Offset
  readonly low: Offset
  readonly high: Offset
  /** Where reading goes on: the oldest record that is left. */
  readonly to: Offset
  /** Records that expired unread; null when the topic is another one than it was, so that nobody knows. */
  readonly lost: number | null
}

/**
 * The partitions of a topic whose committed offset is not in the log any more, or belongs to another topic of that name; the others keep
 * their place.
 */
export function planReset(
  { topic, topicId }: Pick<TopicDescription, 'topic' | 'topicId'>,
  committed: ReadonlyMap<number, CommittedOffset>,
  ranges: ReadonlyMap<number, OffsetRange>,
): readonly PartitionReset[] {
  const resets: PartitionReset[] = []
  for (const [partition, { low, high }] of ranges) {
    const at = committed.get(partition)?.offset
    if (at === undefined) continue
    const isOther = isOfAnother(committed.get(partition), topicId)
    if (!isOther && at >= low && at <= high) continue
    const lost = !isOther && at < low ? low - at : null
    resets.push({ topic, partition, committed: offset(at), low, high, to: low, lost })
  }
  return resets.toSorted((a, b) => a.partition - b.partition)
}

function isOfAnother(committed: CommittedOffset | undefined, topicId: string | null): boolean {
  const known = decodeCommitMetadata(committed?.metadata ?? null)?.topicId ?? null
  return known !== null && topicId !== null && known !== topicId
}
