import type { TopicPlan } from '#runtime/boot/topics.ts'
import type { Migration } from '#runtime/clickhouse/migration-files.ts'
import { epochMs, offset } from '#runtime/event/ids.ts'
import type { KafkaFacts, PartitionFact, StageTopic, TopicFacts } from '../facts.ts'
import { known, type Unread } from '../finding.ts'

/** Facts for tests: an installation that is well, to be changed in one thing. */

export const noAnswer: Unread = {
  read: false,
  kind: 'unreachable',
  why: 'nobody answers',
  fix: 'start it',
}

export const cluster = (metadataVersion: number | null): Pick<KafkaFacts, 'cluster'> => ({
  cluster: known({ clusterId: 'c1', metadataVersion }),
})

export const topicFacts = (plan: Partial<TopicPlan>): TopicFacts => ({
  plan: { create: [], change: [], conflicts: [], ...plan },
  cutBySize: [],
})

export const migrationFile = (version: number, checksum: string): Migration => ({
  version,
  name: `m${version}`,
  checksum,
  statements: [],
})

export interface PartitionExample {
  readonly low?: number
  readonly high: number
  /** null: the group has committed nothing. */
  readonly committed: number | null
  readonly metadata?: string
  /** When the first unread record came. */
  readonly waitingSinceMs?: number
}

export function partitionFact(partition: number, example: PartitionExample): PartitionFact {
  const { low = 0, high, committed, metadata = null, waitingSinceMs } = example
  return {
    partition,
    low: offset(low),
    high: offset(high),
    committed: committed === null ? null : { offset: offset(committed), metadata },
    waiting:
      waitingSinceMs === undefined
        ? null
        : { at: epochMs(waitingSinceMs), offset: offset(Math.max(low, committed ?? low)) },
  }
}

export const stageTopic = (
  stage: string,
  topic: string,
  partitions: readonly PartitionExample[],
  more: { readonly retentionMs?: number; readonly eventsPerRecord?: number } = {},
): StageTopic => ({
  stage,
  group: `tributary-${stage}`,
  topic,
  facts: known({
    partitions: partitions.map((example, partition) => partitionFact(partition, example)),
    retentionMs: more.retentionMs ?? null,
    eventsPerRecord: more.eventsPerRecord ?? null,
  }),
})
