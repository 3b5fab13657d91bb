import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import { asError, type TributaryError } from '../../errors/index.ts'
import { type Offset, offset } from '../../event/ids.ts'
import type { Logger } from '../../telemetry/logger.ts'
import {
  type GroupConsumer,
  type GroupConsumerOptions,
  type PartitionHandler,
  partitionKey,
  type TopicPartition,
} from '../ports.ts'
import { type Assignment, createAssignment, toKafkajsTopics } from './assignment.ts'
import { createBatchControl, type GroupTrouble } from './batch-control.ts'
import { isAssignmentOver, kafkaError } from './errors.ts'
import { toRecord } from './records.ts'
import type { StartingOffsets } from './starting-offsets.ts'

export interface GroupConsumerDeps {
  readonly kafka: Kafka
  readonly startingOffsets: StartingOffsets
  readonly log: Logger
  /** Batches of that many partitions may be in work at once. */
  readonly partitionsConcurrently: number
  readonly retry: { initialRetryTime: number; maxRetryTime: number; retries: number }
}

const fetchMaxBytes = 32 * 1024 * 1024

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
  const consumer = deps.kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: options.sessionTimeoutMs,
    heartbeatInterval: options.heartbeatIntervalMs,
    maxWaitTimeInMs: options.fetchWaitMs,
    minBytes: options.fetchMinBytes,
    maxBytesPerPartition: options.fetchMaxBytesPerPartition,
    maxBytes: Math.max(fetchMaxBytes, options.fetchMaxBytesPerPartition),
    allowAutoTopicCreation: false,
    retry: deps.retry,
  })
  return createLoop(consumer, options, { ...deps, log })
}

/** Asked anew after each await: a rebalance may have come in between. */
const isOver = (assignment: Assignment): boolean => assignment.over

/** Moves on to after the batch, or to where its handler left off (which may be its very beginning). */
function moveOn(payload: EachBatchPayload, stoppedAt: Offset | null): void {
  const { batch } = payload
  if (stoppedAt === null) payload.resolveOffset(batch.lastOffset())
  else if (stoppedAt > Number(batch.firstOffset())) payload.resolveOffset(String(stoppedAt - 1))
}

function createLoop(
  consumer: Consumer,
  options: GroupConsumerOptions,
  deps: GroupConsumerDeps,
): GroupConsumer {
  const { log } = deps
  const pausedByUser = new Set<string>()
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
    try {
      await open(next)
    } catch (error) {
      end(asError(error))
    }
  }

  const mayRead = (assignment: Assignment, at: TopicPartition): boolean =>
    assignment.ready.has(partitionKey(at)) && !pausedByUser.has(partitionKey(at))

  const offsetLost = (at: TopicPartition, error: TributaryError): void => {
    log.error({ topic: at.topic, partition: at.partition, code: error.code }, error.message)
    if (handler.offsetLost === undefined) throw error
    handler.offsetLost(at, error)
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
    const trouble: GroupTrouble = { error: null, stoppedAt: null }
    const control = createBatchControl({ payload, at, assignment, trouble, log })
    const work = handler.batch(
      {
        ...at,
        records: batch.messages.map(toRecord),
        highWatermark: offset(Number(batch.highWatermark)),
      },
      control,
    )
    assignment.inFlight.add(work)
    try {
      await work
      if (!isOver(assignment)) moveOn(payload, trouble.stoppedAt)
    } catch (error) {
      if (!isOver(assignment)) end(asError(error))
      else log.debug({ ...at }, 'work of an assignment that is over was dropped')
    } finally {
      assignment.inFlight.delete(work)
    }
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
      await consumer.stop()
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
    settle(last)
  }

  const end = (error: Error | undefined): void => {
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
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => joined(payload.memberAssignment))
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        const error = kafkaError(`consumer group ${options.groupId}`, payload.error)
        if (payload.restart) log.warn({ code: error.code }, `${error.message}; trying again`)
        else end(error)
      })
      try {
        await consumer.connect()
        await consumer.subscribe({ topics: [...options.topics], fromBeginning: true })
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: deps.partitionsConcurrently,
          eachBatch,
        })
      } catch (error) {
        await consumer.disconnect()
        throw kafkaError(`consumer group ${options.groupId}`, error)
      }
    },
    pause: (partitions) => setPaused(partitions, true),
    resume: (partitions) => setPaused(partitions, false),
    async stop() {
      end(undefined)
      await stopping
    },
  }
}
