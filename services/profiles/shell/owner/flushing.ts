import type { BatchControl } from '#runtime/kafka/ports.ts'
import { withHeartbeat } from '#runtime/kafka/with-heartbeat.ts'
import { asError } from '#runtime/errors/index.ts'
import { afterSend, afterStore, newFlush, type OpenFlush } from '../../core/fold/flush.ts'
import type { Fold } from '../../core/fold/fold.ts'
import type { PartitionMeta } from '../../core/state.ts'
import type { Flusher } from '../flush/flush.ts'
import { isFullOfRows } from './is-full.ts'
import type { StorePace } from './store-pace.ts'

export interface FlushingDeps {
  readonly fold: Pick<Fold, 'speak' | 'show'>
  readonly flusher: Flusher
  readonly pace: StorePace
  readonly meta: PartitionMeta
  /** All that was folded until the beginning of a store is durable. */
  readonly onStored: () => void
  /** A store failed while nothing is being folded; else whoever folds is told. */
  readonly onFailure: (error: Error) => void
}

/**
 * The flushes of one partition. What a batch says is sent at its end; what it shows is stored beside the folding of the next ones, one
 * store at a time: while one is under way, and until the pace of the process lets the next one begin, rows gather, within the limits of a
 * flush, and the next store takes all of them. So others hear of a change without waiting for ClickHouse, and stores are as large as
 * ClickHouse is slow.
 */
export interface Flushing {
  /** What messages are folded into. */
  readonly open: OpenFlush
  /** A batch is about to be folded. @throws what a store failed with: the state is ahead of what is durable, for ever */
  begin(control: BatchControl): Promise<void>
  /** Sends what was folded, and sees to it that it is stored: now, later, or, with no room for more rows, before it returns. */
  flush(control: BatchControl): Promise<void>
  /** The batch is over, all of it flushed. */
  rest(): void
  /** Messages were folded that no flush has taken. */
  isOwing(): boolean
  /** The store under way rewrites the state: nothing of it is to be read. */
  isAlone(): boolean
  /** Stores all that was flushed. */
  finish(): Promise<void>
  /** Waits for the store under way, however it ends. */
  settle(): Promise<void>
}

export function createFlushing(deps: FlushingDeps): Flushing {
  const { fold, flusher, meta, pace } = deps
  let open = newFlush()
  let isFolding = false
  let underWay: Promise<void> | null = null
  let alone = false
  let failure: Error | null = null
  /** Takes back what waits for the pace. */
  let takeBack: (() => void) | null = null
  /** Its turn came while a batch was being folded, and is kept until that one ends: others may have begun meanwhile. */
  let isDue = false
  /** Where the last flush ended, and the last store began. */
  let flushed = placeOf(meta)
  let stored = flushed
  let last: BatchControl | null = null

  function ended(error: Error | null): void {
    underWay = null
    alone = false
    failure = error
    if (error === null) deps.onStored()
    if (error === null) goOn()
    else if (!isFolding) deps.onFailure(error)
  }

  const isWaiting = (): boolean => stored !== flushed && underWay === null && failure === null

  /** Unless a batch is being folded: the state is beyond what was flushed then, and the batch's end sees to it. */
  function goOn(): void {
    if (isWaiting() && !isFolding) storeInTurn()
  }

  function storeInTurn(): void {
    if (isDue || pace.isOpen()) store()
    else
      takeBack ??= pace.whenOpen(() => {
        takeBack = null
        isDue = true
        goOn()
      })
  }

  function noLongerWait(): void {
    takeBack?.()
    takeBack = null
    isDue = false
  }

  function store(): void {
    if (last === null) return
    noLongerWait()
    pace.began(open.messages, meta.clock)
    fold.show(open)
    const flush = open
    open = afterStore(open)
    stored = flushed
    const begun = flusher.store(flush, last)
    alone = begun.alone
    underWay = begun.done.then(
      () => ended(null),
      (error: unknown) => ended(asError(error)),
    )
  }

  function rest(): void {
    isFolding = false
    goOn()
  }

  function refuseFailed(): void {
    if (failure !== null) throw failure
  }

  async function waitWith(control: BatchControl): Promise<void> {
    const current = underWay
    if (current !== null) await withHeartbeat(control, async () => current)
    refuseFailed()
  }

  return {
    get open() {
      return open
    },
    async begin(control) {
      last = control
      isFolding = true
      if (alone || failure !== null) await waitWith(control)
    },
    async flush(control) {
      refuseFailed()
      fold.speak(open)
      await withHeartbeat(control, async () => flusher.send(open))
      open = afterSend(open)
      flushed = placeOf(meta)
      const isFull = isFullOfRows(open)
      if (isFull) await waitWith(control)
      refuseFailed()
      if (underWay !== null) return
      if (isFull) store()
      else storeInTurn()
      if (alone) await waitWith(control)
    },
    rest,
    isOwing: () => placeOf(meta) !== flushed,
    isAlone: () => alone,
    async finish() {
      isFolding = false
      while (underWay !== null || isWaiting()) {
        if (underWay === null) store()
        await underWay
      }
    },
    async settle() {
      noLongerWait()
      await underWay
    },
  }
}

const placeOf = ({ nextOffset, nextIndex }: PartitionMeta): string => `${nextOffset}/${nextIndex}`
