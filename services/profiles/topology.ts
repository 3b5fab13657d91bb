import type { TableName } from '#schemas/clickhouse/rows.ts'
import { groupName, topicName } from '#schemas/topics.ts'

/** Every topic, table and group that this service touches. */
export interface Topology {
  readonly reads: Readonly<
    Record<'profileLog' | 'definitions' | 'deadLetter' | 'keys' | 'dataKeys', string>
  >
  readonly writes: Readonly<
    Record<
      'profileLog' | 'links' | 'suppressions' | 'dataKeys' | 'expiries' | 'segments' | 'deadLetter',
      string
    >
  >
  readonly tables: readonly TableName[]
  readonly groups: Readonly<Record<'profiles' | 'deadLetters', string>>
}

/** `generation` is that of `profile.log`. */
export function topology(prefix: string, generation: number): Topology {
  return {
    reads: {
      profileLog: topicName(prefix, 'profile.log', generation),
      definitions: topicName(prefix, 'pipeline.definitions'),
      deadLetter: topicName(prefix, 'deadletter'),
      keys: topicName(prefix, 'pipeline.keys'),
      dataKeys: topicName(prefix, 'privacy.keys'),
    },
    writes: {
      profileLog: topicName(prefix, 'profile.log', generation),
      links: topicName(prefix, 'identity.links', generation),
      suppressions: topicName(prefix, 'identity.suppressions'),
      dataKeys: topicName(prefix, 'privacy.keys'),
      expiries: topicName(prefix, 'identity.expiries'),
      segments: topicName(prefix, 'profile.segments'),
      deadLetter: topicName(prefix, 'deadletter'),
    },
    tables: [
      'events',
      'profile_identifiers',
      'profile_identifier_history',
      'profiles',
      'profile_history',
      'segment_memberships',
      'segment_transitions',
      'consent_history',
      'pipeline_health',
      'dead_letters',
    ],
    groups: {
      profiles: groupName(prefix, 'profiles', generation),
      deadLetters: groupName(prefix, 'dead-letters'),
    },
  }
}
