import type { PipelineHealthRow } from '#schemas/clickhouse/rows.ts'
import { asError, toErrorJson } from '../errors/index.ts'
import type { Clock } from '../lifecycle/index.ts'
import type { Logger } from '../telemetry/index.ts'
import type { RowSink } from './ports.ts'

export interface CounterRowsDeps {
  readonly sink: Pick<RowSink, 'insert'>
  readonly clock: Pick<Clock, 'sleep'>
  readonly log: Logger
  /** Between two inserts, milliseconds. */
  readonly intervalMs: number
}

/**
 * Counters of folds on their way to `pipeline_health`. They are absolute and part of the state, so that of each partition only the newest rows
 * count: they are inserted at once after a quiet time and once per interval while they change, and no flush waits for them or pays an insert
 * of its own. What a crash keeps from being written is said anew by whoever opens the state next.
 */
export interface CounterRows {
  /** Takes the place of what the partition said before, if that was not inserted yet. */
  put(partition: number, rows: readonly PipelineHealthRow[]): void
  /** Inserts what waits, unless ClickHouse takes longer than a stop may. */
  close(): Promise<void>
}

const stopWithinMs = 1000

export function createCounterRows({ sink, clock, log, intervalMs }: CounterRowsDeps): CounterRows {
  const waiting = new Map<number, readonly PipelineHealthRow[]>()
  const closing = new AbortController()
  let running: Promise<void> | null = null
  let failing = false

  async function insert(): Promise<void> {
    const rows = [...waiting.values()].flat()
    waiting.clear()
    try {
      await sink.insert({ pipeline_health: rows })
      failing = false
    } catch (error) {
      const { code, hint } = toErrorJson(asError(error)).error
      // Once: while tables are refused, flushes say so at length.
      if (!failing) log.warn({ code, hint }, 'counters were not written; newer ones will be')
      failing = true
    }
  }

  async function run(): Promise<void> {
    // Partitions that say something in the same turn of the event loop share an insert.
    await Promise.resolve()
    while (waiting.size > 0) {
      await insert()
      await clock.sleep(intervalMs, closing.signal)
    }
    // In the same turn as the last look: whatever comes after it begins anew.
    running = null
  }

  return {
    put(partition, rows) {
      if (closing.signal.aborted) return
      waiting.set(partition, rows)
      running ??= run()
    },
    async close() {
      closing.abort()
      const enough = new AbortController()
      await Promise.race([running, clock.sleep(stopWithinMs, enough.signal)])
      enough.abort()
    },
  }
}
