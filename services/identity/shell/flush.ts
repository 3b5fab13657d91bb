import { offset } from '#runtime/event/ids.ts'
import type { RowSink } from '#runtime/clickhouse/ports.ts'
import type { BatchControl, Producer } from '#runtime/kafka/ports.ts'
import { type EffectEncoding, encodeEffects, type FoldedRecord } from './encode-effects.ts'
import { type FaultPoints, noFaults } from '#runtime/lifecycle/index.ts'
import type { DurableState } from './lmdb-state.ts'
import { withHeartbeat } from '#runtime/kafka/with-heartbeat.ts'
import { type Steps, unwatched } from '#runtime/stages/index.ts'
import { carrying } from '#runtime/tracing/index.ts'

export interface FlusherDeps {
  readonly producer: Pick<Producer, 'send'>
  readonly sink: Pick<RowSink, 'insert'>
  readonly encoding: EffectEncoding
  /** Told of each step; left out: nobody watches. */
  readonly steps?: Steps
  readonly faults?: FaultPoints
}

/** `keeps`: the state too, with its position; else its commit waits for a later flush, and a start sends all of this once more. */
export type Flusher = (
  state: DurableState,
  folded: readonly FoldedRecord[],
  control: Pick<BatchControl, 'heartbeat' | 'commit'>,
  keeps: boolean,
) => Promise<void>

/**
 * Makes what was folded durable. The order is the guarantee: state and position move together, and only when everything that they
 * stand for was sent and stored. A crash before step 3 does all of it again, with the same positions, ids and versions, so that homes
 * drop what they know and ClickHouse keeps one of two equal rows; a crash after it does nothing again.
 */
export function createFlusher({
  producer,
  sink,
  encoding,
  steps = unwatched,
  faults = noFaults,
}: FlusherDeps): Flusher {
  const rowsOfLinks = createOverlap()
  return async (state, folded, control, keeps) => {
    const { batches, decisions, links } = encodeEffects(folded, encoding)
    await withHeartbeat(control, async () => {
      // 1. Messages to the homes, decisions and tombstones to Kafka, every one acknowledged.
      await faults.before('flush', 1)
      const carriers = [encoding.topics.profileLog]
      if (batches.length > 0)
        await steps.run('send', async (trace) => producer.send(carrying(batches, carriers, trace)))
      // 2. Decisions and what became of each link to ClickHouse, every one stored.
      await faults.before('flush', 2)
      await steps.run('clickhouse', async () => {
        if (!keeps) {
          await rowsOfLinks.next(async () => sink.insert({ identity_links: links }))
          return sink.insert({ identity_decisions: decisions })
        }
        await rowsOfLinks.settled()
        return sink.insert({ identity_decisions: decisions, identity_links: links })
      })
      if (!keeps) return
      // 3. State and position, in one transaction.
      await faults.before('flush', 3)
      await steps.run('state', async () => state.commit())
      // 4. The position to Kafka, for information only: a start reads from the state's own.
      await faults.before('flush', 4)
      await steps.run('commit', async () => control.commit(offset(state.meta.nextOffset)))
      await faults.before('flush', 5)
    })
  }
}

interface Overlap {
  /** Starts work when that of before is done, and does not wait for it. @throws what that of before threw. */
  readonly next: (start: () => Promise<void>) => Promise<void>
  /** @throws what the work threw. */
  readonly settled: () => Promise<void>
}

/**
 * Work that a flush need not wait for unless it commits: rows of links are many, and while ClickHouse sorts them a linker that is behind
 * folds on. One flush is on its way at most, and a fault of it is the next one's.
 */
function createOverlap(): Overlap {
  let underWay: Promise<void> | null = null
  const settled = async (): Promise<void> => {
    const waiting = underWay
    underWay = null
    await waiting
  }
  return {
    settled,
    async next(start) {
      await settled()
      underWay = start()
      // Whoever waits for it hears of a fault; nobody else has to.
      underWay.catch(() => undefined)
    },
  }
}
