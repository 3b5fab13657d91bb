import type { BatchControl, OutgoingBatch, Producer } from '#runtime/kafka/ports.ts'
import { offset } from '#runtime/event/ids.ts'
import type { RowBatch, RowSink } from '#runtime/clickhouse/ports.ts'
import type { Flush } from '../../core/fold/flush.ts'
import type { DurableState } from '../state/lmdb-state.ts'
import { type FaultPoints, noFaults } from '#runtime/lifecycle/index.ts'
import type { KeptRows } from '../kept/kept-rows.ts'
import { flushRows, type FlushRowsOptions } from './rows.ts'
import { withHeartbeat } from '#runtime/kafka/with-heartbeat.ts'
import { type Steps, unwatched } from '#runtime/stages/index.ts'
import { carrying } from '#runtime/tracing/index.ts'

export interface FlusherDeps {
  readonly producer: Pick<Producer, 'send'>
  readonly sink: Pick<RowSink, 'insert'>
  readonly state: DurableState
  readonly partition: number
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

export type Flusher = (
  flush: Flush,
  control: Pick<BatchControl, 'heartbeat' | 'commit'>,
  options: FlushRowsOptions,
) => Promise<void>

/**
 * Makes a flush durable. The order is the guarantee: state and position move together, and only when everything that they stand
 * for was sent and stored. A crash before step 3 does all of it again, with the same positions and versions, so that receivers drop
 * what they know and ClickHouse keeps one of two equal rows; a crash after it does nothing again.
 */
export function createFlusher(deps: FlusherDeps): Flusher {
  const { producer, sink, state, partition, encode, faults = noFaults } = deps
  const { kept, steps = unwatched, carriers = [] } = deps
  return async (flush, control, options) => {
    const batches = encode(flush)
    const rows: RowBatch = flushRows(flush, state.meta, partition, options)
    await withHeartbeat(control, async () => {
      // 1. Effects to Kafka, every one acknowledged.
      await faults.before('flush', 1)
      if (batches.length > 0)
        await steps.run('send', async (trace) => producer.send(carrying(batches, carriers, trace)))
      // 2. Rows to ClickHouse, every one stored.
      await faults.before('flush', 2)
      await steps.run('clickhouse', async () =>
        sink.insert(kept === undefined ? rows : await withKept(rows, kept)),
      )
      // 3. State and position, in one transaction.
      await faults.before('flush', 3)
      const added = flush.rows.events.length + flush.links.length
      state.expireMemory(Math.max(expirePerFlushMin, expirePerAdded * added))
      await steps.run('state', async () => state.commit())
      // 4. The position to Kafka, for information only: a start reads from the state's own.
      await faults.before('flush', 4)
      await steps.run('commit', async () => control.commit(offset(state.meta.nextOffset)))
      await faults.before('flush', 5)
    })
  }
}

async function withKept(rows: RowBatch, kept: KeptRows): Promise<RowBatch> {
  const { history, profiles } = await kept.open(rows.profiles ?? [])
  return { ...rows, profiles, profile_history: history }
}
