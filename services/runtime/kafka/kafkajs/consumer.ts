import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import { asError, type TributaryError } from '../../errors/index.ts'
import { type Offset, offset } from '../../event/ids.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { createBackoff } from '../backoff.ts'
import { isPassing, isPassingInGroup } from '../passing.ts'
import {
  type GroupConsumer,
  type GroupConsumerOptions,
  type PartitionHandler,
  partitionKey,
  type TopicPartition,
} from '../ports.ts'
import type { KafkaWatch } from '../watch.ts'
import { type Assignment, createAssignment, toKafkajsTopics } from './assignment.ts'
import { createBatchControl, type GroupTrouble } from './batch-control.ts'
import { isAssignmentOver, isTopicGone, joinAnew } from './errors.ts'
import { createFares } from './fares.ts'
import { batchUnreadable, type FetchedMessage, readableOf } from './fetched-batches.ts'
import { createMembership } from './membership.ts'
import { toRecord } from './records.ts'
import type { StartingOffsets } from './starting-offsets.ts'

export interface GroupConsumerDeps {
  readonly kafka: Pick<Kafka, 'consumer'>
  readonly startingOffsets: StartingOffsets
  readonly log: Logger
  /** Groups whose consumers stop: what that makes of their connections is no news. */
  readonly ending: Pick<Set<string>, 'add' | 'delete'>
  readonly watch: KafkaWatch
  /** Batches of that many partitions may be in work at once. */
  readonly partitionsConcurrently: number
  readonly retry: { initialRetryTime: number; maxRetryTime: number; retries: number }
}

const fetchMaxBytes = 32 * 1024 * 1024
/** Before a batch or an assignment that failed is tried again. */
const again = { firstMs: 200, maxMs: 5000 }

/** Asked anew after each await: a rebalance may have come in between. */
const isOver = (assignment: Assignment): boolean => assignment.over

const holds = (assignment: Assignment, { topic, partition }: TopicPartition): boolean =>
  assignment.partitions.some((at) => at.topic === topic && at.partition === partition)

const kafkajsConsumer = (
  options: GroupConsumerOptions,
  { kafka, retry }: GroupConsumerDeps,
  stopping: AbortSignal,
): Consumer =>
  kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: options.sessionTimeoutMs,
    heartbeatInterval: options.heartbeatIntervalMs,
    maxWaitTimeInMs: options.fetchWaitMs,
    minBytes: options.fetchMinBytes,
    maxBytesPerPartition: options.fetchMaxBytesPerPartition,
    maxBytes: Math.max(fetchMaxBytes, options.fetchMaxBytesPerPartition),
    allowAutoTopicCreation: false,
    retry: { ...retry, restartOnFailure: async (error) => mayStartAgain(error, stopping) },
  })

/** Before kafkajs looks again for a topic that is gone: by itself it would some forty times a second. */
const topicGonePause = { firstMs: 1000, maxMs: 1000 }

/** kafkajs would take itself up again after its stop, when that came while it connected. */
async function mayStartAgain(error: Error, stopping: AbortSignal): Promise<boolean> {
  if (isTopicGone(error)) await createBackoff({ ...topicGonePause, signal: stopping }).wait()
  return !stopping.aborted
}

/** Moves on to after what was read of the batch, or to where its handler left off (which may be its very beginning). */
function moveOn(payload: EachBatchPayload, last: string, stoppedAt: Offset | null): void {
  const { batch } = payload
  if (stoppedAt === null) payload.resolveOffset(last)
  else if (stoppedAt > Number(batch.firstOffset())) payload.resolveOffset(String(stoppedAt - 1))
}

/**
 * A consumer of a group on kafkajs. A rebalance there is eager and tells only afterwards, so: on GROUP_JOIN everything is
 * paused in the same turn of the event loop, work in hand is waited for, `lost` and `assigned` are called, every partition is
 * sought explicitly, then reading begins. Offsets move only after the handler returned.
 */
export function createGroupConsumer(
  options: GroupConsumerOptions,
  deps: GroupConsumerDeps,
): GroupConsumer {
  const log = deps.log.child({ group: options.groupId })
  const pausedByUser = new Set<string>()
  const abort = new AbortController()
  const fares = createFares({
    groupId: options.groupId,
    watch: deps.watch,
    log,
    silenceMs: options.sessionTimeoutMs,
  })
  const againSoon = createBackoff({ ...again, signal: abort.signal })
  let handler: PartitionHandler
  let current: Assignment | null = null
  /** The assignment whose `assigned` was called and whose `lost` was not yet. */
  let held: Assignment | null = null
  let transition: Promise<void> = Promise.resolve()
  let stopping: Promise<void> | undefined
  let settle: (error: Error | undefined) => void
  const ended = new Promise<Error | undefined>((resolve) => {
    settle = resolve
  })
  const consumer = createMembership({
    make: () => kafkajsConsumer(options, deps, abort.signal),
    groupId: options.groupId,
    topics: options.topics,
    partitionsConcurrently: deps.partitionsConcurrently,
    fares,
    stopping: abort.signal,
    eachBatch: async (payload) => eachBatch(payload),
    onJoined: (assignment) => joined(assignment),
    onLost: () => {
      if (current !== null) current.over = true
    },
    onEnd: (error) => end(error),
  })

  /** What goes on beside its batches ends while offsets may still be committed. */
  const endWork = async (): Promise<void> => {
    if (current === null || isOver(current)) return
    const { inFlight } = current
    await Promise.allSettled(inFlight)
    await handler.ending?.()
  }

  const release = async (): Promise<void> => {
    if (held === null) return
    const { partitions, inFlight } = held
    await Promise.allSettled(inFlight)
    held = null
    await handler.lost(partitions)
  }

  const open = async (next: Assignment): Promise<void> => {
    await release()
    if (isOver(next)) return
    held = next
    const wanted = await handler.assigned(next.partitions)
    const starts = await deps.startingOffsets.of(options.groupId, next.partitions, wanted)
    if (isOver(next)) return
    for (const at of next.partitions) {
      const key = partitionKey(at)
      const start = starts.get(key)
      if (start === undefined) continue
      if (start instanceof Error) {
        offsetLost(at, start)
        continue
      }
      consumer.seek({ topic: at.topic, partition: at.partition, offset: String(start) })
      next.ready.add(key)
    }
    consumer.resume(toKafkajsTopics(next.partitions.filter((at) => mayRead(next, at))))
  }

  const openAfter = async (before: Promise<void>, next: Assignment): Promise<void> => {
    await before
    while (!isOver(next) && !abort.signal.aborted) {
      try {
        await open(next)
        fares.well('open')
        return
      } catch (error) {
        if (!isPassingInGroup(error)) {
          end(asError(error))
          return
        }
        fares.badly('open', asError(error))
        await againSoon.wait()
      }
    }
  }

  const mayRead = (assignment: Assignment, at: TopicPartition): boolean =>
    assignment.ready.has(partitionKey(at)) && !pausedByUser.has(partitionKey(at))

  const offsetLost = (at: TopicPartition, error: TributaryError): void => {
    log.error({ topic: at.topic, partition: at.partition, code: error.code }, error.message)
    if (handler.offsetLost === undefined) throw error
    handler.offsetLost(at, error)
  }

  /** Not read any more by this assignment; whoever has it next finds the same. */
  const standStill = (assignment: Assignment, at: TopicPartition, error: TributaryError): void => {
    assignment.ready.delete(partitionKey(at))
    consumer.pause(toKafkajsTopics([at]))
    try {
      offsetLost(at, error)
    } catch (thrown) {
      end(asError(thrown))
    }
  }

  const joined = (memberAssignment: Readonly<Record<string, readonly number[]>>): void => {
    if (current !== null) current.over = true
    const next = createAssignment(memberAssignment)
    current = next
    // In this same turn: nothing is fetched before `assigned` said from where.
    consumer.pause(toKafkajsTopics(next.partitions))
    log.info({ partitions: next.partitions.map(partitionKey) }, 'partitions assigned')
    transition = openAfter(transition, next)
  }

  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { batch } = payload
    const assignment = current
    const at = { topic: batch.topic, partition: batch.partition }
    // Too early or too late: left unresolved, it is fetched again from the offset that was sought.
    if (assignment === null || assignment.over || !assignment.ready.has(partitionKey(at))) return
    if (stopping !== undefined) return
    const messages: readonly FetchedMessage[] = batch.messages
    const { readable, next } = readableOf(messages)
    const lastReadable = readable.at(-1)
    if (next !== null && lastReadable === undefined) {
      standStill(assignment, at, batchUnreadable(at, next, options.groupId))
      return
    }
    const trouble: GroupTrouble = { error: null, stoppedAt: null, isPassedOn: false }
    const control = createBatchControl({
      payload,
      at,
      assignment,
      trouble,
      fares,
      stopping: abort.signal,
    })
    const work = handler.batch(
      {
        ...at,
        records: readable.map(toRecord),
        highWatermark: offset(Number(batch.highWatermark)),
      },
      control,
    )
    assignment.inFlight.add(work)
    try {
      await work
      if (!isOver(assignment)) {
        const last = next === null ? batch.lastOffset() : (lastReadable?.offset ?? '')
        moveOn(payload, last, trouble.stoppedAt)
        againSoon.reset()
        fares.well('batch')
      }
    } catch (error) {
      if (isOver(assignment)) {
        log.debug({ ...at }, 'work of an assignment that is over was dropped')
      } else if (isPassing(error)) {
        assignment.over = true
        fares.badly('batch', asError(error))
        trouble.error ??= joinAnew(asError(error))
      } else end(asError(error))
    } finally {
      assignment.inFlight.delete(work)
      trouble.isPassedOn = true
    }
    if (assignment.over && fares.isBad('batch')) await againSoon.wait()
    // kafkajs must learn of a rebalance, but only after the batch is flushed.
    passOn(trouble, assignment)
  }

  const passOn = ({ error }: GroupTrouble, assignment: Assignment): void => {
    if (error === null || stopping !== undefined) return
    if (isAssignmentOver(error)) assignment.over = true
    throw error
  }

  const shutDown = async (error: Error | undefined): Promise<void> => {
    let last = error
    try {
      await endWork()
      await consumer.stopReading()
      if (current !== null) current.over = true
      await transition
      await release()
    } catch (thrown) {
      last ??= asError(thrown)
    }
    try {
      await consumer.disconnect()
    } catch (thrown) {
      last ??= asError(thrown)
    }
    fares.end()
    settle(last)
  }

  const end = (error: Error | undefined): void => {
    abort.abort()
    deps.ending.add(options.groupId)
    stopping ??= shutDown(error)
  }

  const setPaused = (partitions: readonly TopicPartition[], paused: boolean): void => {
    for (const at of partitions) {
      if (paused) pausedByUser.add(partitionKey(at))
      else pausedByUser.delete(partitionKey(at))
    }
    const now = current
    if (now === null || now.over) return
    const affected = partitions.filter((at) => now.ready.has(partitionKey(at)))
    if (paused) consumer.pause(toKafkajsTopics(affected))
    else consumer.resume(toKafkajsTopics(affected))
  }

  return {
    ended,
    async run(partitionHandler) {
      handler = partitionHandler
      deps.ending.delete(options.groupId)
      try {
        await consumer.start()
      } catch (error) {
        await consumer.disconnect()
        throw error
      }
    },
    pause: (partitions) => setPaused(partitions, true),
    resume: (partitions) => setPaused(partitions, false),
    seek(at, to) {
      const now = current
      if (now === null || now.over || !holds(now, at)) return
      consumer.seek({ topic: at.topic, partition: at.partition, offset: String(to) })
      now.ready.add(partitionKey(at))
    },
    async stop() {
      end(undefined)
      await stopping
    },
  }
}
