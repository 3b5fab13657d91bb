import type { TopicPartition } from '../ports.ts'

export interface GroupMember {
  readonly topics: readonly (string | RegExp)[]
  /** Told synchronously; what was assigned before is over. */
  assign(partitions: readonly TopicPartition[]): void
}

/** Members of one group in order of joining; every change assigns everything anew, round robin over sorted partitions. */
export interface MemoryGroup {
  join(member: GroupMember): void
  leave(member: GroupMember): void
  rebalance(): void
  size(): number
}

export function createMemoryGroup(
  partitionsOf: (topics: readonly (string | RegExp)[]) => readonly TopicPartition[],
): MemoryGroup {
  const members: GroupMember[] = []

  const rebalance = (): void => {
    const [first] = members
    if (first === undefined) return
    const all = partitionsOf(first.topics)
    for (const [i, member] of [...members].entries()) {
      member.assign(all.filter((_, n) => n % members.length === i))
    }
  }

  return {
    rebalance,
    size: () => members.length,
    join(member) {
      members.push(member)
      rebalance()
    },
    leave(member) {
      const at = members.indexOf(member)
      if (at < 0) return
      members.splice(at, 1)
      rebalance()
    },
  }
}
