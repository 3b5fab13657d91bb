import { setTimeout as sleep } from 'node:timers/promises'
import type { EachBatchPayload } from 'kafkajs'
import { asError } from '../../errors/index.ts'
import type { Offset } from '../../event/ids.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { BatchControl, TopicPartition } from '../ports.ts'
import type { Assignment } from './assignment.ts'
import { isAssignmentOver, isRebalance, kafkaError } from './errors.ts'

/** What the group said while a batch was in work; passed on to kafkajs when the batch is done. */
export interface GroupTrouble {
  error: Error | null
  /** Where the handler left off, when it did not take the whole batch. */
  stoppedAt: Offset | null
}

interface ControlDeps {
  readonly payload: EachBatchPayload
  readonly at: TopicPartition
  readonly assignment: Assignment
  readonly trouble: GroupTrouble
  readonly log: Logger
}

const commitAttempts = 8
const commitFirstPauseMs = 20

/** Heartbeats and commits of one batch. A rebalance does not interrupt the handler: it ends its flush, then the group is joined anew. */
export function createBatchControl(deps: ControlDeps): BatchControl {
  const { payload, at, assignment, trouble } = deps

  /** True when the group (and not the network) refused. */
  const noteRefusal = (error: unknown): boolean => {
    trouble.error ??= asError(error)
    if (!isRebalance(error)) return false
    if (isAssignmentOver(error)) assignment.over = true
    return true
  }

  return {
    async heartbeat() {
      if (trouble.error !== null || assignment.over) return
      try {
        await payload.heartbeat()
      } catch (error) {
        noteRefusal(error)
      }
    },
    isStale: () => assignment.over,
    stopAt(next) {
      trouble.stoppedAt = next
    },
    async commit(next, metadata) {
      const partition = {
        partition: at.partition,
        offset: String(next),
        metadata: metadata ?? null,
      }
      const offsets = { topics: [{ topic: at.topic, partitions: [partition] }] }
      for (let attempt = 1; !assignment.over; attempt += 1) {
        try {
          await payload.commitOffsetsIfNecessary(offsets)
          return
        } catch (error) {
          if (isRebalance(error)) {
            // Not committed: the next owner starts where the last commit was, so nothing after it may be taken as done.
            noteRefusal(error)
            assignment.over = true
            return
          }
          if (attempt === commitAttempts) throw kafkaError('committing an offset', error, { ...at })
          deps.log.debug({ ...at, attempt }, 'commit failed, trying again')
          await sleep(commitFirstPauseMs * 2 ** attempt)
        }
      }
    },
  }
}
