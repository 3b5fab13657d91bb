import { join } from 'node:path'
import type { RowSink } from '#runtime/clickhouse/ports.ts'
import type {
  GroupConsumer,
  GroupConsumerOptions,
  KafkaClient,
  Producer,
} from '#runtime/kafka/ports.ts'
import { rewritingOf } from '#runtime/state/index.ts'
import type { StageWatch } from '#runtime/stages/index.ts'
import type { Logger } from '#runtime/telemetry/logger.ts'
import type { FaultPoints } from '#runtime/lifecycle/index.ts'
import { createFlusher } from './shell/flush.ts'
import {
  type CatchUp,
  createLinkerOwner,
  type LinkerOwner,
  type LinkerOwnerDeps,
} from './shell/linker-owner.ts'
import {
  type DurableState,
  foldVersion,
  type LmdbStateOptions,
  openLmdbState,
} from './shell/lmdb-state.ts'
import { createPolicies, type Policies } from './shell/policies.ts'
import type { Topology } from './topology.ts'

export interface IdentitySettings {
  /** Generation of `profile.log`. */
  readonly generation: number
  readonly partitions: number
  readonly stateDir: string
  readonly hotMax: number
  /** From the first erasure to the rewriting of the state's file, in log time. */
  readonly rewriteAfterMs?: number
  readonly effectsPerFlushMax: number
  readonly catchUp?: CatchUp
  readonly consumer: Omit<GroupConsumerOptions, 'groupId' | 'topics'>
}

export interface IdentityDeps {
  readonly settings: IdentitySettings
  readonly topology: Topology
  readonly kafka: Pick<KafkaClient, 'consumer' | 'reader'>
  readonly producer: Pick<Producer, 'send'>
  readonly sink: Pick<RowSink, 'insert'>
  /** Id that the registry gave to the schema of decisions. */
  readonly decisionSchemaId: number
  /** Id of `identity.links`, so that a state never meets a topic that was created anew; null: not known. */
  readonly topicId: string | null
  readonly onFlushed: LinkerOwnerDeps['onFlushed']
  /** Sleeps between batches of a busy log; left out: it does not rest. */
  readonly rest?: LinkerOwnerDeps['rest']
  readonly log: Logger
  readonly faults?: FaultPoints
  /** Sees what waits and how long steps take; left out: nobody watches. */
  readonly watch?: StageWatch
  /** Where the state lives: LMDB, unless somebody brings another store that keeps the same contract. */
  readonly openState?: (options: LmdbStateOptions) => Promise<DurableState>
  /** What the pipeline files say of identity: as `pipeline.definitions` has them, unless somebody holds them already. */
  readonly policies?: Policies
}

export interface Identity {
  readonly owner: LinkerOwner
  readonly consumer: GroupConsumer
}

/** identity.links → decode → fold link by link → flush (homes and decisions to Kafka, ClickHouse, state, offset). */
export function createIdentity(deps: IdentityDeps): Identity {
  const { settings, topology, kafka, producer, sink, log, faults, watch } = deps
  const openOwnState = deps.openState ?? openLmdbState
  const { generation, partitions } = settings
  const at = { topic: topology.reads.links, partition: 0 }
  const steps = watch?.steps(at)
  const hot = watch?.hotKeys(at, 'identifier')
  const owner = createLinkerOwner({
    policies: deps.policies ?? createPolicies(kafka.reader(), topology.reads.definitions),
    effectsPerFlushMax: settings.effectsPerFlushMax,
    ...(settings.catchUp === undefined ? {} : { catchUp: settings.catchUp }),
    onFlushed: deps.onFlushed,
    flush: createFlusher({
      producer,
      sink,
      encoding: {
        topics: topology.writes,
        generation,
        partitions,
        decisionSchemaId: deps.decisionSchemaId,
      },
      ...(steps === undefined ? {} : { steps }),
      ...(faults === undefined ? {} : { faults }),
    }),
    ...(steps === undefined ? {} : { steps }),
    ...(hot === undefined ? {} : { hot: (id) => hot.add(id) }),
    ...(deps.rest === undefined ? {} : { rest: deps.rest }),
    async openState() {
      const state = await openOwnState({
        directory: join(settings.stateDir, 'identity', `generation-${generation}`),
        identity: { topic: topology.reads.links, topicId: deps.topicId, generation, foldVersion },
        hotMax: settings.hotMax,
        ...(settings.rewriteAfterMs === undefined
          ? {}
          : { rewriting: rewritingOf(settings.rewriteAfterMs, log) }),
      })
      log.info({ nextOffset: state.meta.nextOffset }, 'the linker has its turn')
      return state
    },
  })
  const consumer = kafka.consumer({
    ...settings.consumer,
    groupId: topology.group,
    topics: [topology.reads.links],
  })
  return { owner, consumer }
}
