import type { RowBatch, RowSink } from '#runtime/clickhouse/ports.ts'
import { offset } from '#runtime/event/ids.ts'
import type { BatchControl, OutgoingBatch, Producer } from '#runtime/kafka/ports.ts'
import { type FaultPoints, noFaults } from '#runtime/lifecycle/index.ts'
import { type Steps, unwatched } from '#runtime/stages/index.ts'
import { carrying } from '#runtime/tracing/index.ts'
import type { Flush } from '../../core/fold/flush.ts'
import type { KeptRows } from '../kept/kept-rows.ts'
import type { DurableState } from '../state/lmdb-state.ts'
import { flushRows } from './rows.ts'

export interface FlusherDeps {
  readonly producer: Pick<Producer, 'send'>
  readonly sink: Pick<RowSink, 'insert'>
  readonly state: DurableState
  readonly encode: (flush: Flush) => readonly OutgoingBatch[]
  /** Opens what the pipeline file keeps `clear`, for `profiles` alone; left out: nothing is kept. */
  readonly kept?: KeptRows
  /** Told of each step; left out: nobody watches. */
  readonly steps?: Steps
  /** Topics whose records say which flush sent them. */
  readonly carriers?: readonly string[]
  readonly faults?: FaultPoints
}

/**
 * Remembered ids and links beyond their window that one flush removes: at least so many, so that what became old in quiet times goes too, and
 * twice as many as it adds, so that under any load the memory is as long as its window.
 */
export const expirePerFlushMin = 5000
const expirePerAdded = 2

/** What was begun to be stored. */
export interface Stored {
  /** Nothing is to be folded until it is done. */
  readonly alone: boolean
  readonly done: Promise<void>
}

/**
 * Makes a flush durable. The order is the guarantee: state and position move together, and only when everything that they stand
 * for was sent and stored. A crash before step 3 does all of it again, with the same positions and versions, so that receivers drop
 * what they know and ClickHouse keeps one of two equal rows; a crash after it does nothing again.
 */
export interface Flusher {
  /** 1. Effects to Kafka, every one acknowledged. */
  send(flush: Flush): Promise<void>
  /**
   * What was sent: 2. rows to ClickHouse, every one stored; 3. state and position, in one transaction; 4. the position to Kafka, for
   * information only, since a start reads from the state's own. State and position are those of this moment: folding may go on meanwhile.
   * One at a time.
   */
  store(flush: Flush, control: Pick<BatchControl, 'commit'>): Stored
}

export function createFlusher(deps: FlusherDeps): Flusher {
  const { producer, sink, state, encode, faults = noFaults } = deps
  const { kept, steps = unwatched, carriers = [] } = deps
  /** Remembered since the last store. */
  let linksSent = 0

  const insert = async (rows: RowBatch): Promise<void> =>
    sink.insert(kept === undefined ? rows : await withKept(rows, kept))

  async function makeDurable(
    rows: RowBatch,
    next: number,
    control: Pick<BatchControl, 'commit'>,
  ): Promise<void> {
    const beside = steps.beside()
    await faults.before('flush', 2)
    await beside.run('clickhouse', async () => insert(rows))
    await faults.before('flush', 3)
    await beside.run('state', async () => state.commit())
    await faults.before('flush', 4)
    await beside.run('commit', async () => control.commit(offset(next)))
    await faults.before('flush', 5)
  }

  return {
    async send(flush) {
      linksSent += flush.links.length
      const batches = encode(flush)
      await faults.before('flush', 1)
      if (batches.length > 0)
        await steps.run('send', async (trace) => producer.send(carrying(batches, carriers, trace)))
    },
    store(flush, control) {
      const { nextOffset } = state.meta
      const rows = flushRows(flush)
      const added = flush.rows.events.length + linksSent
      linksSent = 0
      state.expireMemory(Math.max(expirePerFlushMin, expirePerAdded * added))
      const { alone } = state.cut()
      return { alone, done: makeDurable(rows, nextOffset, control) }
    },
  }
}

async function withKept(rows: RowBatch, kept: KeptRows): Promise<RowBatch> {
  const { history, profiles } = await kept.open(rows.profiles ?? [])
  return { ...rows, profiles, profile_history: history }
}
