import { asError, isTributaryError, toErrorJson, TributaryError } from '#runtime/errors/index.ts'
import { type Offset, offset } from '#runtime/event/ids.ts'
import { type PartitionHandler, partitionKey, type TopicPartition } from '#runtime/kafka/ports.ts'
import type { Logger } from '#runtime/telemetry/logger.ts'
import type { Owner } from './owner.ts'

export interface OwnersDeps {
  readonly open: (partition: TopicPartition) => Promise<Owner>
  /** Stops reading a partition that may not go on. */
  readonly pause: (partition: TopicPartition) => void
  readonly log: Logger
}

/** What stands still, and why: for health and metrics. */
export interface StoppedPartition {
  readonly partition: number
  readonly error: Error
}

export interface Owners extends PartitionHandler {
  owned(): readonly Owner[]
  stopped(): readonly StoppedPartition[]
  closeAll(): Promise<void>
}

/**
 * The partitions that this process owns. A partition whose fold or flush failed stands still and says so; the others go on, and
 * nothing of it is lost, since its position did not move. After a rebalance a partition that comes back keeps its decoded state.
 */
export function createOwners({ open, pause, log }: OwnersDeps): Owners {
  const owners = new Map<string, Owner>()
  const stopped = new Map<string, StoppedPartition>()

  function stop(at: TopicPartition, error: Error): void {
    stopped.set(partitionKey(at), { partition: at.partition, error })
    const { code, hint } = toErrorJson(error).error
    log.error(
      { partition: at.partition, code, hint, stack: error.stack },
      `partition stands still: ${error.message}`,
    )
    pause(at)
  }

  async function drop(key: string): Promise<void> {
    const owner = owners.get(key)
    owners.delete(key)
    await owner?.close()
  }

  /** null: the log no longer holds what the newest state needs. It would go on from the wrong place, so it does not; the others do. */
  async function openOrStop(at: TopicPartition): Promise<Owner | null> {
    try {
      return await open(at)
    } catch (error) {
      if (!isTributaryError(error, 'TRB_STATE_TOO_OLD')) throw error
      stop(at, error)
      return null
    }
  }

  async function opened(at: TopicPartition): Promise<Offset | null> {
    const key = partitionKey(at)
    stopped.delete(key)
    const owner = owners.get(key) ?? (await openOrStop(at))
    if (owner === null) return null
    owners.set(key, owner)
    owner.idle()
    return offset(owner.state.meta.nextOffset)
  }

  return {
    async assigned(partitions) {
      const kept = new Set(partitions.map(partitionKey))
      for (const key of owners.keys()) if (!kept.has(key)) await drop(key)
      const starts = new Map<string, Offset | null>()
      for (const at of partitions) starts.set(partitionKey(at), await opened(at))
      return starts
    },
    /** Kept open: the directories are this process's own, and most partitions come back with the next assignment. */
    async lost() {
      for (const owner of owners.values()) owner.pauseTicks()
    },
    async batch(batch, control) {
      const key = partitionKey(batch)
      const owner = owners.get(key)
      if (owner === undefined || stopped.has(key)) return
      try {
        if ((await owner.batch(batch, control)) === 'stale') await drop(key)
      } catch (error) {
        await drop(key)
        // What may succeed later without anybody changing anything is no fault of this partition: the process starts anew.
        if (error instanceof TributaryError && error.retriable) throw error
        stop(batch, asError(error))
      }
    },
    offsetLost(at, error) {
      if (stopped.has(partitionKey(at))) return
      const hint = `the state of partition ${at.partition} is older than the log's start`
      stop(
        at,
        new TributaryError('TRB_STATE_TOO_OLD', `${hint}: ${error.message}`, { cause: error }),
      )
    },
    owned: () => [...owners.values()],
    stopped: () => [...stopped.values()],
    async closeAll() {
      for (const key of owners.keys()) await drop(key)
    },
  }
}
