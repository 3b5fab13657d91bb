import { TributaryError } from '../../errors/index.ts'
import { type Offset, offset } from '../../event/ids.ts'
import {
  type BatchControl,
  type PartitionHandler,
  partitionKey,
  type Producer,
  type RecordBatch,
  type TopicPartition,
} from '../../kafka/ports.ts'
import { createTurn } from '../../kafka/turn.ts'
import { withHeartbeat } from '../../kafka/with-heartbeat.ts'
import { type Clock, systemClock } from '../../lifecycle/clock.ts'
import type { FragmentKeys } from '../../keys/data-keys/index.ts'
import { type Steps, unwatched } from '../../stages/index.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { carrying } from '../../tracing/index.ts'
import { incarnationOf } from '../core/commit-metadata.ts'
import type { Entry } from '../core/entry.ts'
import type { RecordDecoder } from './decoder.ts'
import { createKeptRules } from './kept-rules.ts'
import { lookUpSoon } from './look-up-soon.ts'
import type { ChannelMetrics } from './metrics.ts'
import { createOutbox } from './outbox.ts'
import {
  createPartitions,
  metadataOf,
  type PartitionsDeps,
  type PartitionState,
} from './partitions.ts'
import type { RecordProcessor } from './process-record.ts'
import { type ChannelRules, createRules, type RulesDeps } from './rules.ts'

export type FaultStep = 'produce' | 'commit'

export interface HandlerDeps extends PartitionsDeps {
  readonly rules: RulesDeps
  readonly producer: Pick<Producer, 'send'>
  /** The keys that seal what the file keeps; left out: nothing is sealed. */
  readonly fragmentKeys?: Pick<FragmentKeys, 'stored'>
  readonly processor: RecordProcessor
  readonly decoder: Pick<RecordDecoder, 'lookUp'>
  readonly topics: { readonly profileLog: string; readonly deadLetter: string }
  entryOf(topic: string): Entry
  /** Stops reading a partition and reads it again later, from where it stopped. */
  waitForRegistry(at: TopicPartition, why: string): void
  /** What it waited for has come, or it is somebody else's now. */
  waitsNoMore(at: TopicPartition): void
  readonly metrics: ChannelMetrics
  /** How a partition's work tells of its steps; left out: nobody watches. */
  readonly steps?: (at: TopicPartition) => Steps
  /** Seconds that decoding took since it was asked last; left out: nobody timed it. */
  readonly decodeSeconds?: () => number
  /** Milliseconds of a clock that only goes forward, for turns; left out: the process's own. */
  readonly elapsed?: () => number
  /** What waits for the registry and between heartbeats; left out: the system's clock. */
  readonly clock?: Pick<Clock, 'sleep'>
  readonly log: Logger
  /** Test hook: called before each step of each batch. */
  fault(step: FaultStep): void
  now(): number
}

/** A partition that is not read until somebody decides about its offset. */
export interface StoppedPartition extends TopicPartition {
  readonly error: TributaryError
}

export interface ChannelHandler extends PartitionHandler {
  /** What stands still here, and why: for health. */
  stopped(): readonly StoppedPartition[]
}

/** Raw bytes that are turned into frames before they are sent: bounds memory, and the time without a heartbeat. */
export const sliceBytes = 512 * 1024
/** Slices of one batch that are sent and not acknowledged: a whole fetch, unless it was compressed. Beyond it, the batch waits for the first of them. */
export const slicesWaitingMax = 8

/**
 * The channel's pipeline over one batch: decode → normalise → validate → screen → de-identify → route for each record, then
 * produce, then commit. The offset is committed after every acknowledgement; what is sent twice in between carries the same
 * positions, which the homes know.
 */
export function createChannelHandler(deps: HandlerDeps): ChannelHandler {
  const { clock = systemClock, definitions, producer, processor, topics, metrics, log } = deps
  const partitions = createPartitions(deps)
  const stopped = new Map<string, StoppedPartition>()
  /** Partitions whose schema nobody gave: also while the registry is asked again, which may take longer than the pause between. */
  const waiting = new Set<string>()
  const waitsNoMore = (at: TopicPartition): void => {
    if (waiting.delete(partitionKey(at))) deps.waitsNoMore(at)
  }
  const rulesOf = createKeptRules(definitions, (compiled) => createRules(compiled, deps.rules))

  const stepsOf = (at: TopicPartition): Steps => deps.steps?.(at) ?? unwatched

  return {
    assigned: async (assigned) => partitions.open(assigned),
    async lost(gone) {
      for (const at of gone) {
        partitions.close(at)
        waitsNoMore(at)
        // Whoever has it next finds the same, and says so there.
        if (stopped.delete(partitionKey(at)))
          metrics.waiting(at.topic, at.partition, 'offset', false)
      }
      return Promise.resolve()
    },
    offsetLost({ topic, partition }, error) {
      stopped.set(partitionKey({ topic, partition }), { topic, partition, error })
      metrics.waiting(topic, partition, 'offset', true)
    },
    stopped: () => [...stopped.values()],
    async batch(batch, control) {
      const state = partitions.get(batch)
      const [first] = batch.records
      if (!state || !first) return
      const started = deps.now()
      // Committed before the first record is sent by it: a redelivered event has the same fragment.
      const pinned = partitions.next(state, first.offset)
      if (pinned !== state.pinned) {
        state.pinned = pinned
        await control.commit(first.offset, metadataOf(state, pinned))
      }
      const rules = await withHeartbeat(control, async () => rulesOf(pinned), clock)
      if (control.isStale()) return
      const done = await processBatch(batch, control, rules, state)
      if (done === null || control.isStale()) return
      deps.fault('commit')
      const next = partitions.next(state, done)
      await stepsOf(batch).run('commit', async () => control.commit(done, metadataOf(state, next)))
      state.pinned = next
      metrics.batch(batch.records.length, (deps.now() - started) / 1000)
    },
  }

  /** Sends everything of a batch; the offset to go on from, or null when the assignment is over. */
  async function processBatch(
    batch: RecordBatch,
    control: BatchControl,
    rules: ChannelRules,
    state: PartitionState,
  ): Promise<Offset | null> {
    const { topic, partition } = batch
    const at = { topic, partition }
    const entry = deps.entryOf(topic)
    const outbox = createOutbox(
      { kind: 'raw', topic, incarnation: incarnationOf(state.topicId), partition },
      topics,
    )
    const steps = stepsOf(at)
    const sends: Promise<void>[] = []
    /** What the next slice has to wait for: keys of this one, or of one before it, since slices go in their order. */
    let keysStored: Promise<void> | null = null
    const turn = createTurn(control, deps.elapsed)
    let sliceAt = performance.now()
    const send = (): void => {
      const batches = outbox.take()
      const decode = deps.decodeSeconds?.()
      const took = (performance.now() - sliceAt) / 1000
      steps.spent('normalise', took, decode === undefined ? undefined : { decode })
      sliceAt = performance.now()
      if (batches.length === 0) return
      deps.fault('produce')
      const stored = deps.fragmentKeys?.stored() ?? null
      if (stored !== null) keysStored = afterBoth(keysStored, stored)
      const before = keysStored
      const sending = steps.run('send', async (traceparent) => {
        // A sealed value must never be anywhere without its key.
        if (before !== null) await before
        await producer.send(carrying(batches, [topics.profileLog], traceparent))
      })
      // Awaited with the others below; a failure before that is no unhandled rejection.
      sending.catch(() => {})
      sends.push(sending)
    }
    let next = batch.records[0]?.offset ?? offset(0)
    let bytes = 0
    let waits = false
    for (const record of batch.records) {
      let needed = processor.process(record, at, entry, rules, outbox)
      if (needed !== null) {
        const asked = needed
        const answer = await withHeartbeat(
          control,
          async () => lookUpSoon(deps.decoder, asked, clock),
          clock,
        )
        if (typeof answer === 'object') {
          log.warn(
            { ...at, schemaId: needed, why: answer.unavailable },
            'the registry gives no schema: the partition waits',
          )
          control.stopAt(record.offset)
          waiting.add(partitionKey(at))
          waits = true
          deps.waitForRegistry(at, answer.unavailable)
          break
        }
        needed = processor.process(record, at, entry, rules, outbox)
        if (needed !== null)
          throw new TributaryError(
            'TRB_INTERNAL',
            `schema ${needed} was looked up and is not known`,
          )
      }
      next = offset(record.offset + 1)
      bytes += record.value?.length ?? 0
      if (bytes >= sliceBytes) {
        bytes = 0
        send()
        if (sends.length >= slicesWaitingMax)
          await withHeartbeat(control, async () => sends.shift(), clock)
        await control.heartbeat()
        if (control.isStale()) return null
      }
      if (turn.isDue() && (await turn.give())) return null
      if (turn.isEnough() && record !== batch.records.at(-1)) {
        control.stopAt(next)
        break
      }
    }
    send()
    steps.counted(batch.records.length, outbox.count)
    await withHeartbeat(control, async () => Promise.all(sends), clock)
    if (!waits) waitsNoMore(at)
    return next
  }
}

/** Resolves after both; a failure is for those who wait for it. */
function afterBoth(a: Promise<void> | null, b: Promise<void>): Promise<void> {
  if (a === null) return b
  const both = Promise.all([a, b]).then(() => undefined)
  both.catch(() => {})
  return both
}
