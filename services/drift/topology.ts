import { topicName, type TopicName } from '#schemas/topics.ts'

/** Topics that must be there before the monitor starts. */
export const topicsUsed: readonly TopicName[] = [
  'pipeline.definitions',
  'pipeline.generations',
  'drift.alerts',
]

export interface Topology {
  readonly reads: {
    readonly definitions: string
    readonly generations: string
    readonly tables: readonly string[]
  }
  readonly writes: { readonly alerts: string; readonly tables: readonly string[] }
}

/** Every topic and table that this service touches. */
export const topology = (prefix: string): Topology => ({
  reads: {
    definitions: topicName(prefix, 'pipeline.definitions'),
    generations: topicName(prefix, 'pipeline.generations'),
    tables: [
      'profiles',
      'profile_history',
      'events',
      'dead_letters',
      'segment_memberships',
      'segment_transitions',
      'identity_links',
      'pipeline_health',
      'audit_log',
      'drift_labels',
      'drift_mutes',
    ],
  },
  writes: {
    alerts: topicName(prefix, 'drift.alerts'),
    tables: ['drift_baselines', 'drift_edges', 'drift_snapshots', 'drift_alerts', 'drift_metrics'],
  },
})
