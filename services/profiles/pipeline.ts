import { hash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { TransitionCause } from '#schemas/clickhouse/rows.ts'
import type { RowSink } from '#runtime/clickhouse/ports.ts'
import { asError } from '#runtime/errors/index.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type {
  GroupConsumer,
  GroupConsumerOptions,
  KafkaClient,
  Producer,
  TopicPartition,
} from '#runtime/kafka/ports.ts'
import { encodeFrame } from '#runtime/log/frame.ts'
import {
  createBirthIds,
  partitionOfEvent,
  partitionOfProfile,
} from '#runtime/pseudonym/pseudonym.ts'
import { rewritingOf } from '#runtime/state/index.ts'
import type { StageWatch } from '#runtime/stages/index.ts'
import type { Logger } from '#runtime/telemetry/logger.ts'
import type { FoldDeps } from './core/fold/context.ts'
import { foldVersion } from './core/fold/fold-version.ts'
import type { PartitionMeta } from './core/state.ts'
import type { Definitions } from './shell/definitions.ts'
import { type EffectEncoding, encodeEffects } from './shell/flush/effects.ts'
import type { FaultPoints } from '#runtime/lifecycle/index.ts'
import type { HotCounts } from './shell/owner/counts.ts'
import { type Owner, type OwnerDeps, openOwner } from './shell/owner/owner.ts'
import type { KeptRows } from './shell/kept/kept-rows.ts'
import { createOwners, type Owners } from './shell/owner/owners.ts'
import { createStorePace, type StorePace } from './shell/owner/store-pace.ts'
import { systemTimers, type Timers } from './shell/owner/tick-timer.ts'
import {
  type DurableState,
  type LmdbStateOptions,
  openLmdbState,
} from './shell/state/lmdb-state.ts'
import type { Topology } from './topology.ts'

export interface ProfilesSettings {
  readonly generation: number
  readonly partitions: number
  readonly stateDir: string
  /** Decoded fragments, and as many profiles, kept per partition. */
  readonly hotMax: number
  /** From the first removal of somebody's content to the rewriting of a partition's file, in log time. */
  readonly rewriteAfterMs?: number
  /** How long rows gather at most before they are stored; 0: as long as the store before takes. */
  readonly storeIntervalMs: number
  /** Also publish transitions that a definition or an import caused. */
  readonly notify: boolean
  readonly consumer: Omit<GroupConsumerOptions, 'groupId' | 'topics'>
}

export interface ProfilesDeps {
  readonly settings: ProfilesSettings
  readonly topology: Topology
  readonly kafka: Pick<KafkaClient, 'consumer'>
  readonly producer: Pick<Producer, 'send'>
  readonly sink: Pick<RowSink, 'insert'>
  readonly definitions: Definitions
  readonly schemaIds: EffectEncoding['schemaIds']
  readonly seal: EffectEncoding['seal']
  /** What opens what the pipeline file keeps, and destroys the keys of the erased; left out: nothing is kept. */
  readonly kept?: {
    readonly rows: KeptRows
    readonly destroy: NonNullable<EffectEncoding['destroyKeys']>
  }
  /** Id of `profile.log`, so that a state never meets a topic that was created anew; null: not known. */
  readonly topicId: string | null
  readonly log: Logger
  /** Told of what this process cannot go on after, and no consumer says. */
  readonly fail?: (error: Error) => void
  readonly timers?: Timers
  readonly faults?: FaultPoints
  /** Told of what of a partition is durable. */
  readonly onDurable?: OwnerDeps['onDurable']
  /** Sees what waits and how long steps take; left out: nobody watches. */
  readonly watch?: StageWatch
  /** Where states live: LMDB, unless somebody brings another store that keeps the same contract. */
  readonly openState?: (options: LmdbStateOptions) => Promise<DurableState>
}

export interface Profiles {
  readonly owners: Owners
  readonly consumer: GroupConsumer
}

/** profile.log → decode frame → fold message by message → flush (Kafka, ClickHouse, state, offset), for each partition alone. */
export function createProfiles(deps: ProfilesDeps): Profiles {
  const { settings, topology, log } = deps
  const consumer = deps.kafka.consumer({
    ...settings.consumer,
    groupId: topology.groups.profiles,
    topics: [topology.reads.profileLog],
  })
  const timers = deps.timers ?? systemTimers
  const pace = createStorePace(timers, settings.storeIntervalMs)
  const owners = createOwners({
    open: async (at, failed) => open({ ...deps, timers, pace }, at, failed),
    pause: (at) => consumer.pause([at]),
    resume(at, from) {
      if (from !== null) consumer.seek(at, from)
      consumer.resume([at])
    },
    timers,
    log,
    fail: (error) => deps.fail?.(error),
  })
  return { owners, consumer }
}

async function open(
  deps: ProfilesDeps & { readonly timers: Timers; readonly pace: StorePace },
  { topic, partition }: TopicPartition,
  failed: (error: Error) => void,
): Promise<Owner> {
  const { settings, topology, producer, sink, definitions, log } = deps
  const { generation, partitions, hotMax } = settings
  const { timers, pace } = deps
  const openState = deps.openState ?? openLmdbState
  const state = await openState({
    directory: join(settings.stateDir, `generation-${generation}`, `partition-${partition}`),
    identity: { topic, topicId: deps.topicId, generation, partition, partitions, foldVersion },
    hotMax,
    ...(settings.rewriteAfterMs === undefined
      ? {}
      : { rewriting: rewritingOf(settings.rewriteAfterMs, log.child({ partition })) }),
  })
  const encoding: EffectEncoding = {
    topics: topology.writes,
    origin: { kind: 'log', generation, partition },
    schemaIds: deps.schemaIds,
    seal: deps.seal,
    now: () => epochMs(timers.now()),
    nonce: randomUUID,
    ...(deps.kept === undefined ? {} : { destroyKeys: deps.kept.destroy }),
  }
  log.info({ partition, nextOffset: state.meta.nextOffset }, 'partition opened')
  return openOwner({
    fold: foldDeps(settings, partition),
    state,
    definitions,
    timers,
    pace,
    flusher: {
      producer,
      sink,
      encode: (flush) => encodeEffects(flush, encoding, logTimeOf(state.meta)),
      ...(deps.kept === undefined ? {} : { kept: deps.kept.rows }),
      carriers: [topology.writes.profileLog, topology.writes.links],
      ...(deps.watch === undefined ? {} : { steps: deps.watch.steps({ topic, partition }) }),
      ...(deps.faults === undefined ? {} : { faults: deps.faults }),
    },
    ...(deps.onDurable === undefined ? {} : { onDurable: deps.onDurable }),
    ...(deps.watch === undefined ? {} : { hot: hotCounts(deps.watch, { topic, partition }) }),
    sendTicks: async (target, count) =>
      producer.send([ticks(topic, target, count, logTimeOf(state.meta))]),
    onStoreFailure: failed,
    onTickFailure(error) {
      log.warn({ partition, error: String(error) }, 'a tick was not sent')
      // An idle partition has nothing else that would notice: without a new producer its timers would wait for the next record.
      deps.fail?.(asError(error))
    },
  })
}

function hotCounts(watch: StageWatch, at: TopicPartition): HotCounts {
  const fragments = watch.hotKeys(at, 'fragment')
  const profiles = watch.hotKeys(at, 'profile')
  return {
    fragment: (id, weight) => fragments.add(id, weight),
    profile: (id, weight) => profiles.add(id, weight),
  }
}

function foldDeps(
  { generation, partitions, notify }: ProfilesSettings,
  partition: number,
): Omit<FoldDeps, 'state' | 'definition'> {
  const silent: ReadonlySet<TransitionCause> = new Set(notify ? [] : ['import', 'define'])
  return {
    generation,
    partition,
    partitions,
    birthId: createBirthIds(),
    partitionOfProfile,
    partitionOfEvent,
    hash: (text) => hash('sha256', text, 'base64url').slice(0, 22),
    publishes: (cause) => !silent.has(cause),
  }
}

/** While a generation is built, only the feeder moves its clock: what the partition itself sends keeps to it. */
const logTimeOf = ({ live, clock }: PartitionMeta): EpochMs | null => (live ? null : clock)

const ticks = (topic: string, partition: number, count: number, logTime: EpochMs | null) => ({
  topic,
  records: [
    {
      key: null,
      value: encodeFrame({
        origin: null,
        logTime,
        messages: Array.from({ length: count }, (_, index) => ({
          position: [0, index, 0] as const,
          body: { kind: 'tick' } as const,
        })),
      }),
      partition,
    },
  ],
})
