import type { BatchControl, RecordBatch } from '#runtime/kafka/ports.ts'
import { createFold } from '../../core/fold/fold.ts'
import type { FoldDeps } from '../../core/fold/context.ts'
import { earlier } from '../../core/segments/decide-segment.ts'
import type { PartitionMeta } from '../../core/state.ts'
import type { Definitions } from '../definitions.ts'
import { createFlusher, type FlusherDeps } from '../flush/flush.ts'
import type { DurableState } from '../state/lmdb-state.ts'
import { createCounts, type HotCounts } from './counts.ts'
import { createBatchFold } from './fold-batch.ts'
import { createFlushing } from './flushing.ts'
import type { StorePace } from './store-pace.ts'
import { createTickTimer, type Timers } from './tick-timer.ts'

export interface OwnerDeps {
  readonly fold: Omit<FoldDeps, 'state' | 'definition'>
  readonly state: DurableState
  readonly definitions: Definitions
  readonly flusher: Omit<FlusherDeps, 'state'>
  readonly timers: Timers
  /** Of all partitions of the process. */
  readonly pace: StorePace
  /** Appends that many Ticks to this partition's own log. */
  readonly sendTicks: (partition: number, count: number) => Promise<void>
  readonly onTickFailure: (error: unknown) => void
  /** A store failed between two batches: the owner must be closed. */
  readonly onStoreFailure: (error: Error) => void
  /** Told of what is durable, when the partition is opened and after each store; more may have been folded since. */
  readonly onDurable?: (partition: number, meta: PartitionMeta) => void
  /** Told of whose each message is; left out: nobody watches. */
  readonly hot?: HotCounts
  /** Milliseconds of a clock that only goes forward, for turns; left out: the process's own. */
  readonly elapsed?: () => number
}

/** One partition of `profile.log`, from its state's position on. */
export interface Owner {
  readonly partition: number
  readonly state: DurableState
  /**
   * Folds and sends a batch; it is stored beside the next ones. After a throw, or a batch that went stale, the owner must be closed: its state
   * may be half changed.
   */
  batch(batch: RecordBatch, control: BatchControl): Promise<'done' | 'stale'>
  /** The assignment is over: no more Ticks from here. */
  pauseTicks(): void
  /** Nothing is to be read now: from here on due timers get their Ticks. */
  idle(): void
  /** Stores what was folded, unless that fails. */
  finish(): Promise<void>
  /** Waits for what is being stored. */
  close(): Promise<void>
}

/** While a new definition's cursor walks through an idle partition: so many slices per frame. */
const cursorTicks = 20

export async function openOwner(deps: OwnerDeps): Promise<Owner> {
  const { state, definitions } = deps
  const { meta } = state
  const { partition } = deps.fold
  if (meta.definition !== null) await definitions.waitFor(meta.definition)
  const fold = createFold({
    ...deps.fold,
    state,
    definition: (version) => definitions.get(version),
  })
  const ticks = createTickTimer(deps.timers, () => {
    deps.sendTicks(partition, meta.cursor === null ? 1 : cursorTicks).catch(deps.onTickFailure)
  })
  let isHeld = true
  /** The log holds nothing more, as far as the last batch could tell. */
  let isAtEnd = false
  const flushing = createFlushing({
    fold,
    flusher: createFlusher({ ...deps.flusher, state }),
    pace: deps.pace,
    meta,
    onStored() {
      deps.onDurable?.(partition, meta)
      // Only a cut knows whether something is to be taken out of the file.
      if (isHeld && isAtEnd) armTicks()
    },
    onFailure: deps.onStoreFailure,
  })

  const armTicks = (): void => {
    if (flushing.isAlone()) return
    const now = deps.timers.now()
    if (meta.cursor !== null) return ticks.idle(now)
    const due = earlier(state.nextTimer()?.due ?? null, state.rewriteDue?.() ?? null)
    // A clock that only the feeder moves: a timer beyond it waits for the feeder.
    if (meta.live || due === null) return ticks.idle(due)
    ticks.idle(due <= meta.clock ? now : null)
  }
  const idle = (): void => {
    isHeld = true
    isAtEnd = true
    armTicks()
  }
  deps.onDurable?.(partition, meta)
  const foldBatch = createBatchFold({
    fold,
    meta,
    partition,
    definitions,
    flushing,
    newCounts: () => createCounts(deps.flusher.steps, deps.hot),
    elapsed: deps.elapsed,
  })

  return {
    partition,
    state,
    idle,
    pauseTicks() {
      isHeld = false
      ticks.cancel()
    },
    async batch(batch, control) {
      ticks.cancel()
      isAtEnd = false
      if ((await foldBatch(batch, control)) === 'stale') return 'stale'
      if (meta.nextOffset >= batch.highWatermark) idle()
      return 'done'
    },
    finish: async () => flushing.finish(),
    async close() {
      isHeld = false
      ticks.cancel()
      await flushing.settle()
      await state.close()
    },
  }
}
