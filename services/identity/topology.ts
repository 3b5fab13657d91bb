import type { TableName } from '#schemas/clickhouse/rows.ts'
import { groupName, topicName, type TopicName } from '#schemas/topics.ts'

/** Topics that must be there before the linker starts. */
export const topicsUsed: readonly TopicName[] = [
  'identity.links',
  'profile.log',
  'identity.decisions',
  'pipeline.definitions',
  'pipeline.generations',
]

export interface Topology {
  readonly reads: { readonly links: string; readonly definitions: string }
  readonly writes: {
    readonly profileLog: string
    readonly decisions: string
    /** Tombstones of an erasure; on a first start the linker's own Define. */
    readonly links: string
    /** On a first start only. */
    readonly definitions: string
  }
  readonly tables: readonly TableName[]
  readonly group: string
}

/** Every topic, table and group that this service touches. `generation` is that of `profile.log`. */
export function topology(prefix: string, generation: number): Topology {
  const links = topicName(prefix, 'identity.links', generation)
  const definitions = topicName(prefix, 'pipeline.definitions')
  return {
    reads: { links, definitions },
    writes: {
      profileLog: topicName(prefix, 'profile.log', generation),
      decisions: topicName(prefix, 'identity.decisions'),
      links,
      definitions,
    },
    tables: ['identity_decisions', 'identity_links', 'pipeline_health'],
    group: groupName(prefix, 'identity', generation),
  }
}
