import type { TopicPlan } from '#runtime/boot/topics.ts'
import type { Migration } from '#runtime/clickhouse/migration-files.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { StoredDefinition } from '#runtime/definition/deploy/definition-log.ts'
import type { EpochMs, Offset } from '#runtime/event/ids.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import type { GenerationsRecord } from '#runtime/generation/index.ts'
import type { CommittedOffset } from '#runtime/kafka/ports.ts'
import type { Fact } from './finding.ts'

export interface KeyFact {
  readonly from: 'file' | 'variable' | 'command' | 'nowhere'
  readonly path: string | null
  /** Permission bits of the file; null where there is none. */
  readonly mode: number | null
  /** Why it cannot be used; null: it can. */
  readonly fault: string | null
}

export interface DiskFact {
  readonly name: string
  readonly freeBytes: number
  readonly totalBytes: number
}

export interface HostFacts {
  readonly node: string
  readonly tributary: string
  readonly key: Fact<KeyFact>
  /** Of the state, and of its copies where they are kept. */
  readonly disks: readonly Fact<DiskFact>[]
}

/** What a clock elsewhere showed, between two looks at ours. */
export interface ClockFact {
  readonly whose: string
  readonly theirsMs: number
  readonly beforeMs: number
  readonly afterMs: number
  /** How coarse the time is that it tells. */
  readonly resolutionMs: number
}

export interface TopicFacts {
  readonly plan: TopicPlan
  /** Our topics that are cut by size as well: then nobody knows when a record goes. */
  readonly cutBySize: readonly string[]
}

export interface SourceTopicsFact {
  readonly channel: Channel
  readonly found: readonly { readonly topic: string; readonly timestamps: string | null }[]
  /** Names of the file that no topic has. */
  readonly missing: readonly string[]
}

export interface DefinitionFacts {
  /** null: none was ever deployed. */
  readonly stored: StoredDefinition | null
  /** null: there is none, or this build cannot read it. */
  readonly compiled: CompiledDefinition | null
  /** Why this build cannot read it. */
  readonly fault: string | null
  /** Partitions of profile.log that no Define has reached. */
  readonly undefinedPartitions: readonly number[]
}

export interface GenerationFacts {
  readonly record: GenerationsRecord
  /** A command is at work on the one that is being built. */
  readonly rebuilding: boolean
}

export interface WaitingFact {
  /** The broker's time of the first record that nobody has read. */
  readonly at: EpochMs
  readonly offset: Offset
}

export interface PartitionFact {
  readonly partition: number
  readonly low: Offset
  readonly high: Offset
  readonly committed: CommittedOffset | null
  readonly waiting: WaitingFact | null
}

export interface StageTopicFacts {
  readonly partitions: readonly PartitionFact[]
  /** null: records are kept for ever. */
  readonly retentionMs: number | null
  /** Events per record, as in the first records that wait; null: nobody can tell from outside. */
  readonly eventsPerRecord: number | null
}

export interface StageTopic {
  readonly stage: string
  readonly group: string
  readonly topic: string
  readonly facts: Fact<StageTopicFacts>
}

export interface KafkaFacts {
  readonly cluster: Fact<{ clusterId: string | null; metadataVersion: number | null }>
  readonly topics: Fact<TopicFacts>
  readonly sourceTopics: Fact<readonly SourceTopicsFact[]>
  readonly definition: Fact<DefinitionFacts>
  readonly generation: Fact<GenerationFacts>
  readonly stages: readonly StageTopic[]
  /** Members by group. */
  readonly members: Fact<ReadonlyMap<string, number>>
  readonly clock: Fact<ClockFact | null>
}

export interface RegistryFacts {
  readonly subjects: number
  /** Of Confluent's API; null: not told. */
  readonly compatibility: string | null
  readonly clock: ClockFact | null
}

export const privileges = ['SELECT', 'INSERT', 'ALTER'] as const

/** What services say of a stage and topic themselves: the view pipeline_stages_now. */
export interface ReportedStage {
  readonly stage: string
  readonly topic: string
  /** fine, waiting or silent. */
  readonly status: string
  readonly delay_seconds: number
  readonly lag_records: number
  readonly lag_events: number | null
  readonly oldest_waiting_at: string | null
  /** topic/partition/offset of that record. */
  readonly oldest_waiting: string | null
  /** Step that took most of the last seconds. */
  readonly slow_step: string
  /** How old the oldest of these reports is. */
  readonly reported_seconds_ago: number
}

export interface ClickHouseFacts {
  readonly server: Fact<{
    version: string
    databaseExists: boolean
    /** The account's setting `readonly`: whatever is granted to it, it may not write. */
    readOnly: boolean
    clock: ClockFact
  }>
  /** Of the database, that the account does not have. */
  readonly missingPrivileges: Fact<readonly string[]>
  readonly migrations: Fact<{
    readonly files: readonly Migration[]
    /** Checksum by version. */
    readonly applied: ReadonlyMap<number, string>
  }>
  /** Of the table profiles. */
  readonly columns: Fact<ReadonlySet<string>>
  readonly disks: Fact<readonly DiskFact[]>
  readonly reported: Fact<readonly ReportedStage[]>
  readonly lastHour: Fact<{
    readonly events: number
    readonly letters: readonly { readonly reason: string; readonly n: number }[]
  }>
}

/** A file given by --pipeline. */
export interface PipelineFileFact {
  readonly file: string
  readonly hash: string
  readonly errors: number
}

export interface Facts {
  readonly now: EpochMs
  readonly prefix: string
  readonly database: string
  readonly host: HostFacts
  readonly kafka: KafkaFacts
  readonly registry: Fact<RegistryFacts>
  readonly clickhouse: ClickHouseFacts
  /** null: none was given. */
  readonly pipelineFile: PipelineFileFact | null
}
