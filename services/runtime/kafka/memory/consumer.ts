import { asError, type TributaryError } from '../../errors/index.ts'
import { type Offset, offset } from '../../event/ids.ts'
import { isPassing } from '../passing.ts'
import {
  type BatchControl,
  type GroupConsumer,
  type GroupConsumerOptions,
  type PartitionHandler,
  partitionKey,
  type TopicPartition,
  type WantedStart,
} from '../ports.ts'
import { type MemoryBroker, offsetLost } from './broker.ts'
import type { GroupMember, MemoryGroup } from './group.ts'

interface Assignment {
  readonly partitions: readonly TopicPartition[]
  readonly next: Map<string, Offset>
  over: boolean
}

/** A consumer of a memory group: one loop, partitions in turn, the same order of calls as the real one. */
export function createMemoryConsumer(
  options: GroupConsumerOptions,
  broker: MemoryBroker,
  group: MemoryGroup,
  batchRecordsMax: number,
): GroupConsumer {
  const paused = new Set<string>()
  const sought = new Set<string>()
  const ended = Promise.withResolvers<Error | undefined>()
  let assignment: Assignment | null = null
  let held: Assignment | null = null
  let stopping = false
  let running: Promise<void> = Promise.resolve()

  const member: GroupMember = {
    topics: options.topics,
    assign(partitions) {
      if (assignment !== null) assignment.over = true
      assignment = { partitions, next: new Map(), over: false }
      broker.wake()
    },
  }

  const startOf = (at: TopicPartition, wanted: WantedStart): Offset | TributaryError => {
    if (wanted instanceof Error) return wanted
    const range = broker.range(at)
    const start = wanted ?? broker.committed(options.groupId, at)?.offset ?? range.low
    return start < range.low || start > range.high ? offsetLost(at, start, range) : start
  }

  const release = async (handler: PartitionHandler): Promise<void> => {
    const last = held
    held = null
    if (last !== null) await handler.lost(last.partitions)
  }

  const open = async (handler: PartitionHandler, now: Assignment): Promise<void> => {
    await release(handler)
    held = now
    const wanted = await handler.assigned(now.partitions)
    for (const at of now.partitions) {
      const start = startOf(at, wanted.get(partitionKey(at)) ?? null)
      if (!(start instanceof Error)) {
        now.next.set(partitionKey(at), start)
      } else if (handler.offsetLost === undefined) {
        throw start
      } else {
        handler.offsetLost(at, start)
      }
    }
  }

  /** What may pass is tried again at the next turn, with nothing to wait for: the broker in memory is never away. */
  const openOrAgain = async (handler: PartitionHandler, now: Assignment): Promise<void> => {
    try {
      await open(handler, now)
    } catch (error) {
      if (!isPassing(error)) throw error
      await release(handler)
    }
  }

  const controlOf = (
    now: Assignment,
    at: TopicPartition,
    stopAt: (next: Offset) => void,
  ): BatchControl => ({
    stopAt,
    heartbeat: async () => Promise.resolve(),
    isStale: () => now.over,
    commit: async (next, metadata) => {
      if (!now.over)
        broker.commit(options.groupId, at, { offset: next, metadata: metadata ?? null })
      return Promise.resolve()
    },
  })

  /** True when a batch was handled. */
  const step = async (
    handler: PartitionHandler,
    now: Assignment,
    at: TopicPartition,
  ): Promise<boolean> => {
    const key = partitionKey(at)
    const from = now.next.get(key)
    if (from === undefined || paused.has(key)) return false
    const batch = broker.fetch(at, from, batchRecordsMax)
    const last = batch.records.at(-1)
    if (last === undefined) return false
    let next = offset(last.offset + 1)
    const stopAt = (stopped: Offset): void => {
      next = stopped
    }
    sought.delete(key)
    try {
      await handler.batch(batch, controlOf(now, at, stopAt))
    } catch (error) {
      if (isOver(now)) return true
      if (!isPassing(error)) throw error
      await release(handler)
      return true
    }
    // Where it was sought meanwhile, it goes on from there.
    if (!isOver(now) && !sought.has(key)) now.next.set(key, next)
    return true
  }

  const isStopping = (): boolean => stopping

  const loop = async (handler: PartitionHandler): Promise<void> => {
    while (!isStopping()) {
      const idle = broker.changed()
      let worked = false
      const now = assignment
      if (now !== null && now !== held) {
        await openOrAgain(handler, now)
        worked = true
      }
      for (const at of now?.partitions ?? []) {
        if (now === null || now !== held || isStopping() || isOver(now)) break
        worked = (await step(handler, now, at)) || worked
      }
      if (!worked) await idle
    }
  }

  const run = async (handler: PartitionHandler): Promise<void> => {
    let failure: Error | undefined
    try {
      await loop(handler)
    } catch (error) {
      failure = asError(error)
    }
    if (held !== null && !isOver(held)) await handler.ending?.()
    if (assignment !== null) assignment.over = true
    try {
      await release(handler)
    } catch (error) {
      failure ??= asError(error)
    }
    group.leave(member)
    ended.resolve(failure)
  }

  return {
    ended: ended.promise,
    async run(handler) {
      group.join(member)
      running = run(handler)
      return Promise.resolve()
    },
    pause(partitions) {
      for (const at of partitions) paused.add(partitionKey(at))
    },
    resume(partitions) {
      for (const at of partitions) paused.delete(partitionKey(at))
      broker.wake()
    },
    seek(at, to) {
      const key = partitionKey(at)
      if (assignment === null || assignment.over) return
      if (!assignment.partitions.some((one) => partitionKey(one) === key)) return
      assignment.next.set(key, to)
      sought.add(key)
      broker.wake()
    },
    async stop() {
      stopping = true
      broker.wake()
      await running
    },
  }
}

/** Read through a call: a handler's await may have changed it. */
const isOver = (assignment: Assignment): boolean => assignment.over
