import { asError, isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import { offset } from '#runtime/event/ids.ts'
import type { BatchControl, KafkaRecord, RecordBatch } from '#runtime/kafka/ports.ts'
import { createTurn, type Turn } from '#runtime/kafka/turn.ts'
import { withHeartbeat } from '#runtime/kafka/with-heartbeat.ts'
import { decodeFrame } from '#runtime/log/frame.ts'
import type { Frame } from '#runtime/log/messages.ts'
import type { OpenFlush } from '../../core/fold/flush.ts'
import type { Fold } from '../../core/fold/fold.ts'
import type { PartitionMeta } from '../../core/state.ts'
import type { Definitions } from '../definitions.ts'
import type { BatchCounts } from './counts.ts'
import type { Flushing } from './flushing.ts'
import { isFull } from './is-full.ts'

export interface BatchFoldDeps {
  readonly fold: Fold
  readonly meta: PartitionMeta
  readonly partition: number
  readonly definitions: Definitions
  readonly flushing: Flushing
  readonly newCounts: () => BatchCounts
  /** Milliseconds of a clock that only goes forward; undefined: the process's own. */
  readonly elapsed: (() => number) | undefined
}

/** How a batch goes on. `enough`: what is left, also of the record in work, is for a later batch. */
type Word = 'go on' | 'stale' | 'enough'

/** A batch in work. */
interface Work {
  readonly turn: Turn
  readonly counts: BatchCounts
  readonly control: BatchControl
}

/**
 * Folds and flushes the batches of one partition. A flush ends wherever it is full; after each of its turns the event loop is the others',
 * also within a frame; and a batch that had its share of time is left where it is, after a flush, so that a partition that is slow, for its
 * load or for one profile in it, is slow for itself.
 */
export function createBatchFold(
  deps: BatchFoldDeps,
): (batch: RecordBatch, control: BatchControl) => Promise<'done' | 'stale'> {
  const { fold, meta, partition, definitions, flushing } = deps

  const flushNow = async ({ counts, control }: Work): Promise<void> => {
    counts.folded()
    await flushing.flush(control)
    counts.goOn()
  }

  const foldMessages = async (record: KafkaRecord, frame: Frame, work: Work): Promise<Word> => {
    const { turn } = work
    const { messages } = frame
    for (let index = meta.nextIndex; index < messages.length; index++) {
      applyMessage(fold, record, frame, index, flushing.open)
      if (isFull(flushing.open)) await flushNow(work)
      if (!turn.isDue()) continue
      if (await turn.give()) return 'stale'
      if (turn.isEnough()) return 'enough'
    }
    return 'go on'
  }

  const foldRecord = async (record: KafkaRecord, work: Work): Promise<Word> => {
    const { turn } = work
    flushing.open.logBytes += record.value?.length ?? 0
    const frame = readFrame(record, fold, flushing.open)
    if (frame !== null) {
      await waitForDefinitions(frame, definitions, work.control)
      work.counts.frame(frame, meta.nextIndex)
      const word = await foldMessages(record, frame, work)
      if (word !== 'go on') return word
    }
    fold.frameEnd(record.offset)
    if (isFull(flushing.open)) await flushNow(work)
    if (turn.isDue() && (await turn.give())) return 'stale'
    return turn.isEnough() ? 'enough' : 'go on'
  }

  return async (batch, control) => {
    await flushing.begin(control)
    const work: Work = {
      turn: createTurn(control, deps.elapsed),
      counts: deps.newCounts(),
      control,
    }
    let word: Word = 'go on'
    for (const record of batch.records) {
      if (record.offset < meta.nextOffset) continue
      refuseGap(partition, meta.nextOffset, record)
      word = await foldRecord(record, work)
      if (word === 'stale') return 'stale'
      if (word === 'enough') break
    }
    work.counts.folded()
    if (flushing.isOwing()) await flushing.flush(control)
    if (word === 'enough') control.stopAt(offset(meta.nextOffset))
    flushing.rest()
    return 'done'
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
