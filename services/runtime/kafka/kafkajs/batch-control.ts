import type { EachBatchPayload } from 'kafkajs'
import { asError } from '../../errors/index.ts'
import type { Offset } from '../../event/ids.ts'
import { createBackoff } from '../backoff.ts'
import { isPassingInGroup } from '../passing.ts'
import type { BatchControl, TopicPartition } from '../ports.ts'
import type { Assignment } from './assignment.ts'
import { isAssignmentOver, isRebalance, joinAnew, kafkaError } from './errors.ts'
import type { Fares } from './fares.ts'

/** What the group said while a batch was in work; passed on to kafkajs when the batch is done. */
export interface GroupTrouble {
  error: Error | null
  /** Where the handler left off, when it did not take the whole batch. */
  stoppedAt: Offset | null
  /** The handler has returned: from now on nobody passes anything on. */
  isPassedOn: boolean
}

interface ControlDeps {
  readonly payload: Pick<EachBatchPayload, 'heartbeat' | 'commitOffsetsIfNecessary'>
  readonly at: TopicPartition
  readonly assignment: Assignment
  readonly trouble: GroupTrouble
  readonly fares: Pick<Fares, 'badly' | 'well' | 'heard'>
  /** Aborted when the consumer stops. */
  readonly stopping: AbortSignal
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** About half a minute: a broker's restart. Longer, and a new membership may find what this one can't. */
const commitAttempts = 32
const commitPause = { firstMs: 20, maxMs: 1000 }

/** Heartbeats and commits of one batch. A rebalance does not interrupt the handler: it ends its flush, then the group is joined anew. */
export function createBatchControl(deps: ControlDeps): BatchControl {
  const { payload, at, assignment, trouble, fares, stopping } = deps

  /** True when the group (and not the network) refused. */
  const noteRefusal = (error: unknown): boolean => {
    if (!isRebalance(error)) return false
    trouble.error ??= asError(error)
    if (isAssignmentOver(error)) assignment.over = true
    return true
  }

  return {
    async heartbeat() {
      if (trouble.error !== null || assignment.over) return
      try {
        await payload.heartbeat()
        fares.heard()
      } catch (error) {
        // The network's failure is no word of the group: the next heartbeat may get through.
        if (!noteRefusal(error)) fares.badly('heartbeat', kafkaError('a heartbeat', error))
      }
    },
    isStale: () => assignment.over,
    stopAt(next) {
      trouble.stoppedAt = next
    },
    /** After it either the offset is committed, or the assignment is over: nothing that was not committed may be taken as done. */
    async commit(next, metadata) {
      const partition = {
        partition: at.partition,
        offset: String(next),
        metadata: metadata ?? null,
      }
      const offsets = { topics: [{ topic: at.topic, partitions: [partition] }] }
      const { sleep } = deps
      const pause = { ...commitPause, signal: stopping, ...(sleep === undefined ? {} : { sleep }) }
      const backoff = createBackoff(pause)
      for (let attempt = 1; !assignment.over; attempt += 1) {
        try {
          await payload.commitOffsetsIfNecessary(offsets)
          fares.well('commit')
          return
        } catch (thrown) {
          if (noteRefusal(thrown)) {
            // kafkajs has to be told that it is over, or would keep to it: after the batch it finds out by itself.
            if (!trouble.isPassedOn) assignment.over = true
            return
          }
          const error = kafkaError('committing an offset', thrown, { ...at })
          if (!isPassingInGroup(error)) throw error
          fares.badly('commit', error)
          await backoff.wait()
          if (!stopping.aborted && (trouble.isPassedOn || attempt < commitAttempts)) continue
          if (trouble.isPassedOn) return
          trouble.error ??= joinAnew(error)
          assignment.over = true
        }
      }
    },
  }
}
