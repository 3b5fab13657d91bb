/** What a topic is for. `source` topics belong to the company and are never created or altered outside local mode. */
export type TopicRole = 'source' | 'import' | 'replay' | 'internal' | 'public' | 'deadletter'

/** How many partitions: fixed, as many as `profile.log`, or as configured for local sources. */
export type PartitionCount = number | 'profile.log' | 'sources'

export interface TopicSpec {
  readonly role: TopicRole
  /** What the record's key is. */
  readonly key: string
  readonly partitions: PartitionCount
  readonly cleanup: 'delete' | 'compact'
  /** null: kept for ever. */
  readonly retentionMs: number | null
  /** LogAppendTime wherever the broker's time is somebody's clock. */
  readonly timestamps: 'LogAppendTime' | 'CreateTime'
  readonly writers: readonly string[]
  readonly readers: readonly string[]
  readonly description: string
}

const dayMs = 86_400_000
const services = ['email', 'web', 'crm'] as const
type Channel = (typeof services)[number]

const source = (channel: Channel): TopicSpec => ({
  role: 'source',
  key: 'any',
  partitions: 'sources',
  cleanup: 'delete',
  retentionMs: 7 * dayMs,
  timestamps: 'LogAppendTime',
  writers: ['the company'],
  readers: [channel],
  description: `Raw ${channel} events: Avro in the Confluent wire format, or JSON`,
})

const imported = (channel: Channel): TopicSpec => ({
  ...source(channel),
  role: 'import',
  key: 'file hash and row',
  retentionMs: 14 * dayMs,
  writers: ['cli'],
  description: `Rows of imported files for ${channel}`,
})

const replayed = (channel: Channel): TopicSpec => ({
  ...source(channel),
  role: 'replay',
  key: 'topic and partition of the original record, so that their order stays',
  retentionMs: 14 * dayMs,
  writers: ['cli'],
  description: `Dead letters of ${channel} sent again, with their original place, time of receipt and history in headers`,
})

/** Every topic, declared once. Names are without the prefix. */
export const topics = {
  'channel.email': source('email'),
  'channel.web': source('web'),
  'channel.crm': source('crm'),
  'channel.email.import': imported('email'),
  'channel.web.import': imported('web'),
  'channel.crm.import': imported('crm'),
  'channel.email.replay': replayed('email'),
  'channel.web.replay': replayed('web'),
  'channel.crm.replay': replayed('crm'),
  'profile.log': {
    role: 'internal',
    key: 'none: the writer chooses the partition',
    partitions: 'profile.log',
    cleanup: 'delete',
    retentionMs: 14 * dayMs,
    timestamps: 'LogAppendTime',
    writers: ['email', 'web', 'crm', 'identity', 'profiles', 'cli'],
    readers: ['profiles'],
    description: 'Frames of messages: what every profile is folded from',
  },
  'identity.links': {
    role: 'internal',
    key: 'link id and a nonce of the send, so that only tombstones remove',
    partitions: 1,
    cleanup: 'compact',
    retentionMs: null,
    timestamps: 'LogAppendTime',
    writers: ['profiles', 'identity', 'cli'],
    readers: ['identity'],
    description: 'Evidence, commands and policies: the source of truth for identity',
  },
  'identity.suppressions': {
    role: 'internal',
    key: 'fragment',
    partitions: 1,
    cleanup: 'compact',
    retentionMs: null,
    timestamps: 'LogAppendTime',
    writers: ['profiles'],
    readers: ['email', 'web', 'crm', 'profiles'],
    description: 'Identifiers whose data received before a time must not come back',
  },
  'privacy.keys': {
    role: 'internal',
    key: 'fragment and id of the data key',
    partitions: 1,
    cleanup: 'compact',
    retentionMs: null,
    timestamps: 'LogAppendTime',
    writers: ['email', 'web', 'crm', 'profiles', 'cli'],
    readers: ['email', 'web', 'crm', 'profiles', 'cli'],
    description: 'Data keys that seal what the pipeline file keeps, each wrapped by a master key',
  },
  'identity.expiries': {
    role: 'internal',
    key: 'fragment',
    partitions: 1,
    cleanup: 'compact',
    retentionMs: null,
    timestamps: 'LogAppendTime',
    writers: ['profiles'],
    readers: ['cli'],
    description:
      'Anonymous identifiers whose life ended in silence, so that no rebuild brings it back',
  },
  'pipeline.definitions': {
    role: 'internal',
    key: 'hash of the content',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: null,
    timestamps: 'LogAppendTime',
    writers: ['cli'],
    readers: ['email', 'web', 'crm', 'identity', 'profiles', 'drift'],
    description: 'Deployed pipeline files; the offset is the version',
  },
  'pipeline.generations': {
    role: 'internal',
    key: 'always `generations`: the newest record counts',
    partitions: 1,
    cleanup: 'compact',
    retentionMs: null,
    timestamps: 'LogAppendTime',
    writers: ['cli'],
    readers: ['email', 'web', 'crm', 'identity', 'profiles', 'cli'],
    description: 'Which generation of profile.log serves, and how far the next one is',
  },
  'pipeline.keys': {
    role: 'internal',
    key: 'generation',
    partitions: 1,
    // The first record of a generation counts, so that none may supersede another.
    cleanup: 'delete',
    retentionMs: null,
    timestamps: 'LogAppendTime',
    writers: ['email', 'web', 'crm', 'cli'],
    readers: ['email', 'web', 'crm', 'profiles', 'cli'],
    description:
      'Fingerprint of the installation key that the pseudonyms of a generation are made with',
  },
  deadletter: {
    role: 'deadletter',
    key: 'topic, partition and offset of the raw record',
    partitions: 4,
    cleanup: 'delete',
    retentionMs: 30 * dayMs,
    timestamps: 'LogAppendTime',
    writers: ['email', 'web', 'crm', 'profiles'],
    readers: ['cli', 'profiles'],
    description:
      'What could not be used, with stage and reason; payloads sealed with a key of the day',
  },
  'profile.segments': {
    role: 'public',
    key: 'profile id',
    partitions: 'profile.log',
    cleanup: 'delete',
    retentionMs: 30 * dayMs,
    timestamps: 'LogAppendTime',
    writers: ['profiles'],
    readers: ['the company'],
    description: 'Profiles entering and leaving segments; keep the highest (version, seq) per key',
  },
  'identity.decisions': {
    role: 'public',
    key: 'decision id',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: 30 * dayMs,
    timestamps: 'LogAppendTime',
    writers: ['identity'],
    readers: ['the company'],
    description: 'Decisions about identity with rule, evidence, before and after',
  },
  'drift.alerts': {
    role: 'public',
    key: 'subject',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: 30 * dayMs,
    timestamps: 'LogAppendTime',
    writers: ['drift', 'cli'],
    readers: ['the company'],
    description:
      'Data that does not behave as it did: opened, worsened and closed; of groups of people alone',
  },
} as const satisfies Record<string, TopicSpec>

export type TopicName = keyof typeof topics

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
export const topicNames = Object.keys(topics) as readonly TopicName[]

export const topicSpec = (name: TopicName): TopicSpec => topics[name]

/** Name of a topic, group or client on the wire; an empty prefix leaves it as it is. */
export const prefixed = (prefix: string, name: string): string =>
  prefix === '' ? name : `${prefix}${prefix.endsWith('.') ? '' : '.'}${name}`

/** Topics that each generation has of its own; all others are the installation's. */
export const generationTopics: readonly TopicName[] = ['profile.log', 'identity.links']

const ofGeneration = (name: string, generation: number): string =>
  generation === 0 ? name : `${name}.${generation}`

/** Name of one of our topics on the wire. Generations above 0 of profile.log and its links carry their number. */
export const topicName = (prefix: string, name: TopicName, generation = 0): string =>
  prefixed(prefix, ofGeneration(name, generationTopics.includes(name) ? generation : 0))

/** Name of a service's consumer group. The groups of profiles and identity belong to a generation, those of the channels to all. */
export const groupName = (prefix: string, service: string, generation = 0): string =>
  prefixed(prefix, ofGeneration(`tributary-${service}`, generation))

export interface PartitionSettings {
  readonly profileLogPartitions: number
  readonly sourcePartitions: number
}

export function partitionsOf(spec: TopicSpec, settings: PartitionSettings): number {
  switch (spec.partitions) {
    case 'profile.log':
      return settings.profileLogPartitions
    case 'sources':
      return settings.sourcePartitions
    default:
      return spec.partitions
  }
}

/** Kafka's settings of a topic. */
export const topicSettings = (spec: TopicSpec): Readonly<Record<string, string>> => ({
  'cleanup.policy': spec.cleanup,
  'message.timestamp.type': spec.timestamps,
  // Compaction alone decides in a compacted topic.
  'retention.ms': spec.retentionMs === null ? '-1' : String(spec.retentionMs),
  // What an erasure removed is gone after a day: by default a record may wait for ever to be compacted.
  ...(spec.cleanup === 'compact' ? { 'max.compaction.lag.ms': String(dayMs) } : {}),
})
