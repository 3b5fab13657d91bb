import { type Offset, offset } from '#runtime/event/ids.ts'
import type { Admin } from '#runtime/kafka/ports.ts'
import type { GroupPlace, LogEnds } from '../generations.ts'

/** What a group has committed of each partition of a topic, and how many are in it. */
export async function groupPlace(
  admin: Admin,
  group: string,
  topic: string,
  partitions: number,
): Promise<GroupPlace> {
  const [committed, members] = await Promise.all([
    admin.committed(group, topic),
    admin.members([group]),
  ])
  return {
    committed: byPartition(partitions, (partition) => committed.get(partition)?.offset),
    members: members.get(group) ?? 0,
  }
}

export async function logEnds(admin: Admin, topic: string, partitions: number): Promise<LogEnds> {
  const ranges = await admin.offsets(topic)
  return {
    low: byPartition(partitions, (partition) => ranges.get(partition)?.low),
    high: byPartition(partitions, (partition) => ranges.get(partition)?.high),
  }
}

const byPartition = (
  partitions: number,
  at: (partition: number) => Offset | undefined,
): readonly Offset[] =>
  Array.from({ length: partitions }, (_, partition) => at(partition) ?? offset(0))
