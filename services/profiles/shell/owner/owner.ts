import { setImmediate as nextTurn } from 'node:timers/promises'
import { asError, isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import { offset } from '#runtime/event/ids.ts'
import type { BatchControl, KafkaRecord, RecordBatch } from '#runtime/kafka/ports.ts'
import { decodeFrame } from '#runtime/log/frame.ts'
import type { Frame } from '#runtime/log/messages.ts'
import { newFlush, type OpenFlush } from '../../core/fold/flush.ts'
import { createFold, type Fold } from '../../core/fold/fold.ts'
import type { FoldDeps } from '../../core/fold/context.ts'
import type { Definitions } from '../definitions.ts'
import { createFlusher, type FlusherDeps } from '../flush/flush.ts'
import { withHeartbeat } from '#runtime/kafka/with-heartbeat.ts'
import type { DurableState } from '../state/lmdb-state.ts'
import { createCounts, type HotCounts } from './counts.ts'
import { isFull } from './is-full.ts'
import { createTickTimer, type Timers } from './tick-timer.ts'

export interface OwnerDeps {
  readonly fold: Omit<FoldDeps, 'state' | 'definition'>
  readonly state: DurableState
  readonly definitions: Definitions
  readonly flusher: Omit<FlusherDeps, 'state' | 'partition'>
  readonly timers: Timers
  /** Appends that many Ticks to this partition's own log. */
  readonly sendTicks: (partition: number, count: number) => Promise<void>
  readonly onTickFailure: (error: unknown) => void
  /** Told of whose each message is; left out: nobody watches. */
  readonly hot?: HotCounts
}

/** One partition of `profile.log`, from its state's position on. */
export interface Owner {
  readonly partition: number
  readonly state: DurableState
  /** Folds and flushes a batch. After a throw, or a batch that went stale, the owner must be closed: its state may be half changed. */
  batch(batch: RecordBatch, control: BatchControl): Promise<'done' | 'stale'>
  /** The assignment is over: no more Ticks from here. */
  pauseTicks(): void
  /** Nothing is to be read now: from here on due timers get their Ticks. */
  idle(): void
  close(): Promise<void>
}

/** Longest time on the event loop in one go: other partitions' answers and heartbeats must get through. */
const turnMs = 20
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
  const flusher = createFlusher({ ...deps.flusher, state, partition })
  const ticks = createTickTimer(deps.timers, () => {
    deps.sendTicks(partition, meta.cursor === null ? 1 : cursorTicks).catch(deps.onTickFailure)
  })
  const idle = (): void => {
    const now = deps.timers.now()
    if (meta.cursor !== null) return ticks.idle(now)
    const due = state.nextTimer()?.due ?? null
    // A clock that only the feeder moves: a timer beyond it waits for the feeder.
    if (meta.live || due === null) return ticks.idle(due)
    ticks.idle(due <= meta.clock ? now : null)
  }
  const flush = async (open: OpenFlush, control: BatchControl, last: boolean): Promise<void> => {
    fold.end(open)
    await flusher(open, control, { generation: deps.fold.generation, withCounters: last })
  }

  return {
    partition,
    state,
    idle,
    pauseTicks: () => ticks.cancel(),
    async batch(batch, control) {
      ticks.cancel()
      let open = newFlush()
      const turn = createTurn(control)
      const counts = createCounts(deps.flusher.steps, deps.hot)
      for (const record of batch.records) {
        if (record.offset < meta.nextOffset) continue
        refuseGap(partition, meta.nextOffset, record)
        const frame = readFrame(record, fold, open)
        if (frame !== null) {
          await waitForDefinitions(frame, definitions, control)
          counts.frame(frame, meta.nextIndex)
          for (let index = meta.nextIndex; index < frame.messages.length; index++) {
            applyMessage(fold, record, frame, index, open)
            if (!isFull(open)) continue
            counts.folded()
            await flush(open, control, false)
            counts.goOn()
            // The place is kept, so that the batch ends with a flush that says where it got to, though nothing may be left in it.
            const { lastOffset, lastIndex } = open
            open = { ...newFlush(), lastOffset, lastIndex }
          }
        }
        fold.frameEnd(record.offset)
        if (await turn()) return 'stale'
      }
      counts.folded()
      const caughtUp = meta.nextOffset >= batch.highWatermark
      if (open.lastOffset >= 0) await flush(open, control, caughtUp)
      if (caughtUp) idle()
      return 'done'
    },
    async close() {
      ticks.cancel()
      await state.close()
    },
  }
}

function applyMessage(
  fold: Fold,
  { offset: at, timestamp }: KafkaRecord,
  { origin, logTime, messages }: Frame,
  index: number,
  open: OpenFlush,
): void {
  const message = messages[index]
  if (message === undefined) return
  fold.message({ offset: at, index, timestamp, logTime, origin, message }, open)
}

/** A record that is no frame costs nobody the partition: it is refused as a whole. */
function readFrame(record: KafkaRecord, fold: Fold, open: OpenFlush): Frame | null {
  const bytes = record.value ?? new Uint8Array(0)
  try {
    return decodeFrame(bytes)
  } catch (error) {
    if (!isTributaryError(error, 'TRB_FRAME_INVALID')) throw error
    const { offset: at, timestamp } = record
    fold.unreadable({ offset: at, timestamp, bytes, detail: asError(error).message }, open)
    return null
  }
}

/** Every record must follow the one before: what is missing was lost, and going on would make a state that no log has. */
function refuseGap(partition: number, next: number, record: KafkaRecord): void {
  if (record.offset === offset(next)) return
  throw new TributaryError(
    'TRB_OFFSET_LOST',
    `partition ${partition} of profile.log goes on at offset ${record.offset}, its state needs ${next}`,
    { context: { partition, needed: next, found: record.offset } },
  )
}

/** A Define may arrive before the file that it names was read here. */
async function waitForDefinitions(
  { messages }: Frame,
  definitions: Definitions,
  control: BatchControl,
): Promise<void> {
  for (const { body } of messages)
    if (body.kind === 'define')
      await withHeartbeat(control, async () => definitions.waitFor(body.version))
}

/** Gives the event loop its turns; true when the assignment is over meanwhile. */
function createTurn(control: BatchControl): () => Promise<boolean> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < turnMs) return false
    await nextTurn()
    await control.heartbeat()
    since = performance.now()
    return control.isStale()
  }
}
