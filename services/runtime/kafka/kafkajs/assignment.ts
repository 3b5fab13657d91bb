import type { TopicPartition } from '../ports.ts'

/** What one generation of the group gave to this member. */
export interface Assignment {
  readonly partitions: readonly TopicPartition[]
  /** Partitions that were sought, hence may be read. */
  readonly ready: Set<string>
  readonly inFlight: Set<Promise<void>>
  /** Set once these partitions may belong to somebody else. */
  over: boolean
}

export function createAssignment(
  memberAssignment: Readonly<Record<string, readonly number[]>>,
): Assignment {
  const partitions = Object.entries(memberAssignment)
    .flatMap(([topic, numbers]) => numbers.map((partition) => ({ topic, partition })))
    .toSorted((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition)
  return { partitions, ready: new Set(), inFlight: new Set(), over: false }
}

/** The form that kafkajs takes in pause and resume. */
export function toKafkajsTopics(
  partitions: readonly TopicPartition[],
): { topic: string; partitions: number[] }[] {
  const byTopic = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    const known = byTopic.get(topic)
    if (known === undefined) byTopic.set(topic, [partition])
    else known.push(partition)
  }
  return [...byTopic].map(([topic, numbers]) => ({ topic, partitions: numbers }))
}
