import type { Consumer, EachBatchPayload, Offsets, TopicPartitions } from 'kafkajs'
import { asError } from '../../errors/index.ts'
import { createBackoff } from '../backoff.ts'
import { isPassingInGroup } from '../passing.ts'
import { kafkaError } from './errors.ts'
import type { Fares } from './fares.ts'

type TopicPartitionList = TopicPartitions[]

export interface MembershipDeps {
  readonly make: () => Consumer
  readonly groupId: string
  readonly topics: readonly (string | RegExp)[]
  readonly partitionsConcurrently: number
  readonly fares: Fares
  /** Aborted when the consumer stops. */
  readonly stopping: AbortSignal
  readonly eachBatch: (payload: EachBatchPayload) => Promise<void>
  readonly onJoined: (assignment: Readonly<Record<string, readonly number[]>>) => void
  /** Nothing of the last assignment may be relied on any more; another one follows. */
  readonly onLost: () => void
  readonly onEnd: (error: Error) => void
  readonly pauseFirstMs?: number
}

/** What a consumer of a group does with kafkajs, through whichever of its consumers is the member now. */
export interface Membership {
  /** Waits while no broker answers. */
  start(): Promise<void>
  pause(partitions: TopicPartitionList): void
  resume(partitions: TopicPartitionList): void
  seek(at: Offsets['topics'][number]['partitions'][number] & { readonly topic: string }): void
  /** Reads no more; what is in work goes on. */
  stopReading(): Promise<void>
  disconnect(): Promise<void>
}

const pauseDefaultMs = 200
const pauseMaxMs = 5000

/**
 * kafkajs takes itself up again after some failures, and gives up for good after others that only time would have cured (no coordinator was
 * found, say): then another consumer takes its place. What the brokers refuse ends it.
 */
export function createMembership(deps: MembershipDeps): Membership {
  const { groupId, fares, stopping } = deps
  const backoff = createBackoff({
    firstMs: deps.pauseFirstMs ?? pauseDefaultMs,
    maxMs: pauseMaxMs,
    signal: stopping,
  })
  let replacing: Promise<void> = Promise.resolve()
  let consumer = made()

  function made(): Consumer {
    const one = deps.make()
    one.on(one.events.GROUP_JOIN, ({ payload }) => {
      // Joined after the stop, which had found it connecting.
      if (stopping.aborted) void one.disconnect().catch(() => undefined)
      if (stopping.aborted || one !== consumer) return
      backoff.reset()
      fares.heard()
      deps.onJoined(payload.memberAssignment)
    })
    one.on(one.events.HEARTBEAT, () => fares.heard())
    one.on(one.events.CRASH, ({ payload }) => {
      if (one !== consumer || stopping.aborted) return
      const error = kafkaError(`consumer group ${groupId}`, payload.error)
      if (!payload.restart && !isPassingInGroup(error)) {
        deps.onEnd(error)
        return
      }
      fares.badly('connect', error)
      if (!payload.restart) replacing = replace(one)
    })
    return one
  }

  async function replace(old: Consumer): Promise<void> {
    deps.onLost()
    // Of one that is given up, a failure to say goodbye is nobody's.
    await old.disconnect().catch(() => undefined)
    await backoff.wait()
    if (stopping.aborted) return
    consumer = made()
    try {
      await start()
    } catch (error) {
      deps.onEnd(asError(error))
    }
  }

  async function start(): Promise<void> {
    while (!stopping.aborted) {
      try {
        await consumer.connect()
        await consumer.subscribe({ topics: [...deps.topics], fromBeginning: true })
        break
      } catch (thrown) {
        const error = kafkaError(`consumer group ${groupId}`, thrown)
        if (!isPassingInGroup(error)) throw error
        fares.badly('connect', error)
        await backoff.wait()
      }
    }
    if (stopping.aborted) return
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: deps.partitionsConcurrently,
      eachBatch: deps.eachBatch,
    })
  }

  return {
    start,
    pause: (partitions) => consumer.pause(partitions),
    resume: (partitions) => consumer.resume(partitions),
    seek: (at) => consumer.seek(at),
    async stopReading() {
      await replacing
      await consumer.stop()
    },
    disconnect: async () => consumer.disconnect(),
  }
}
