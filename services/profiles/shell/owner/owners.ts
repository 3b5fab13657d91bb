import { asError, isTributaryError, toErrorJson, TributaryError } from '#runtime/errors/index.ts'
import { type Offset, offset } from '#runtime/event/ids.ts'
import { type PartitionHandler, partitionKey, type TopicPartition } from '#runtime/kafka/ports.ts'
import type { Logger } from '#runtime/telemetry/logger.ts'
import type { Owner } from './owner.ts'
import { createRetries } from './retries.ts'
import type { Timers } from './tick-timer.ts'

export interface OwnersDeps {
  /** `failed`: what a partition folded can't be stored, and no batch is there to say so. */
  readonly open: (partition: TopicPartition, failed: (error: Error) => void) => Promise<Owner>
  /** Stops reading a partition that may not go on. */
  readonly pause: (partition: TopicPartition) => void
  /** Reads it again; `from`: from there on, `null`: from where the assignment says. */
  readonly resume: (partition: TopicPartition, from: Offset | null) => void
  readonly timers: Timers
  readonly log: Logger
  /** Told of what the whole process has to start anew for. */
  readonly fail: (error: Error) => void
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

/** Before a partition whose disk was full is opened again. */
const againFirstMs = 250
const againMaxMs = 5000

/**
 * The partitions that this process owns. A partition whose fold or flush failed stands still and says so; the others go on, and
 * nothing of it is lost, since its position did not move. One whose disk is full is opened again by itself, after growing pauses. After a
 * rebalance a partition that comes back keeps its decoded state.
 */
export function createOwners(deps: OwnersDeps): Owners {
  const { pause, resume, timers, log, fail } = deps
  const owners = new Map<string, Owner>()
  const stopped = new Map<string, StoppedPartition>()
  /** Owners that are being closed though no batch waits for it: their directories are still theirs. */
  const endings = new Set<Promise<void>>()
  const again = createRetries({ timers, firstMs: againFirstMs, maxMs: againMaxMs })

  function stop(at: TopicPartition, error: Error, comesBack = mayComeBack(error)): void {
    stopped.set(partitionKey(at), { partition: at.partition, error })
    const { code, hint } = toErrorJson(error).error
    log.error(
      { partition: at.partition, code, hint, stack: error.stack },
      `partition stands still: ${error.message}`,
    )
    pause(at)
    if (comesBack) again.later(partitionKey(at), async () => openAgain(at))
  }

  const open = async (at: TopicPartition): Promise<Owner> =>
    deps.open(at, (reason) => {
      const ending = storeFailed(at, reason).finally(() => endings.delete(ending))
      endings.add(ending)
    })

  /**
   * As in a batch, only that nobody reads on meanwhile, and nobody is there to throw to. Tables are closed by the end of the process alone, which
   * waited for them as long as it may: no failure, and what was not stored is folded again.
   */
  async function storeFailed(at: TopicPartition, error: Error): Promise<void> {
    await drop(partitionKey(at))
    if (isTributaryError(error, 'TRB_SINK_CLOSED')) return
    if (isForProcess(error)) fail(error)
    else stop(at, error)
  }

  async function openAgain(at: TopicPartition): Promise<void> {
    let owner: Owner
    try {
      owner = await open(at)
    } catch (error) {
      stop(at, asError(error), isTributaryError(error) && error.retriable)
      return
    }
    owners.set(partitionKey(at), owner)
    stopped.delete(partitionKey(at))
    owner.idle()
    log.info({ partition: at.partition }, 'partition goes on')
    resume(at, offset(owner.state.meta.nextOffset))
  }

  const finishAll = async (): Promise<unknown> =>
    Promise.all([...owners.values()].map(async (owner) => owner.finish()))

  async function drop(key: string): Promise<void> {
    const owner = owners.get(key)
    owners.delete(key)
    await owner?.close()
  }

  /**
   * null: the log no longer holds what the newest state needs, or there is no room to open it. It would go on from the wrong place, so it
   * does not; the others do.
   */
  async function openOrStop(at: TopicPartition): Promise<Owner | null> {
    try {
      return await open(at)
    } catch (error) {
      if (!isTributaryError(error, 'TRB_STATE_TOO_OLD') && !mayComeBack(error)) throw error
      stop(at, asError(error))
      return null
    }
  }

  async function opened(at: TopicPartition): Promise<Offset | null> {
    const key = partitionKey(at)
    if (stopped.delete(key)) resume(at, null)
    const owner = owners.get(key) ?? (await openOrStop(at))
    if (owner === null) return null
    owners.set(key, owner)
    owner.idle()
    return offset(owner.state.meta.nextOffset)
  }

  return {
    async assigned(partitions) {
      await Promise.all(endings)
      await again.settle()
      const kept = new Set(partitions.map(partitionKey))
      for (const [key, owner] of owners) {
        if (kept.has(key)) continue
        await owner.finish()
        await drop(key)
      }
      for (const key of stopped.keys()) if (!kept.has(key)) stopped.delete(key)
      const starts = new Map<string, Offset | null>()
      for (const at of partitions) starts.set(partitionKey(at), await opened(at))
      return starts
    },
    /** Kept open: the directories are this process's own, and most partitions come back with the next assignment. */
    async lost() {
      await again.settle()
      for (const owner of owners.values()) owner.pauseTicks()
    },
    async batch(batch, control) {
      const key = partitionKey(batch)
      const owner = owners.get(key)
      if (owner === undefined || stopped.has(key)) return
      try {
        if ((await owner.batch(batch, control)) === 'stale') await drop(key)
        else again.worked(key)
      } catch (error) {
        await drop(key)
        if (isForProcess(error)) throw error
        if (mayComeBack(error)) control.stopAt(batch.records[0]?.offset ?? offset(0))
        stop(batch, asError(error))
      }
    },
    async ending() {
      await finishAll()
    },
    offsetLost(at, error) {
      if (stopped.has(partitionKey(at))) return
      if (!isTributaryError(error, 'TRB_OFFSET_LOST')) {
        stop(at, error)
        return
      }
      const hint = `the state of partition ${at.partition} is older than the log's start`
      stop(
        at,
        new TributaryError('TRB_STATE_TOO_OLD', `${hint}: ${error.message}`, { cause: error }),
      )
    },
    owned: () => [...owners.values()],
    stopped: () => [...stopped.values()],
    async closeAll() {
      await finishAll()
      await Promise.all(endings)
      await again.settle()
      for (const key of owners.keys()) await drop(key)
    },
  }
}

const mayComeBack = (error: unknown): boolean => isTributaryError(error, 'TRB_STATE_FULL')

/** What may succeed later without anybody changing anything is no fault of one partition: the process starts anew. */
const isForProcess = (error: unknown): boolean =>
  isTributaryError(error) && error.retriable && !mayComeBack(error)
