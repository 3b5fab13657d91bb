import type { PipelineHealthRow } from '#schemas/clickhouse/rows.ts'
import { asError, toErrorJson } from '../errors/index.ts'
import type { EpochMs } from '../event/ids.ts'
import type { Clock } from '../lifecycle/index.ts'
import { rowVersion } from '../log/version.ts'
import type { Logger } from '../telemetry/index.ts'
import { toIso } from '../time/iso.ts'
import type { RowSink } from './ports.ts'

/** What a fold has counted until where it has come to in its log. */
export interface Counted {
  readonly clock: EpochMs
  readonly nextOffset: number
  readonly nextIndex: number
  readonly counters: Readonly<Record<string, number>>
}

export interface CounterRowsDeps {
  /** The service. */
  readonly component: string
  readonly generation: number
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
  put(partition: number, counted: Counted): void
  /** Inserts what waits, unless ClickHouse takes longer than a stop may. */
  close(): Promise<void>
}

const stopWithinMs = 1000

export function createCounterRows({
  component,
  generation,
  sink,
  clock,
  log,
  intervalMs,
}: CounterRowsDeps): CounterRows {
  const waiting = new Map<number, readonly PipelineHealthRow[]>()
  const closing = new AbortController()
  let running: Promise<void> | null = null
  let failing = false

  function rowsOf(partition: number, counted: Counted): readonly PipelineHealthRow[] {
    const at = toIso(counted.clock)
    const version = rowVersion(generation, counted.nextOffset, counted.nextIndex)
    return Object.entries(counted.counters).map(([name, value]) => ({
      component,
      partition,
      name,
      value,
      at,
      version,
    }))
  }

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
    put(partition, counted) {
      // Before its first message a fold stands nowhere that a version could name.
      if (closing.signal.aborted || counted.nextOffset === 0) return
      waiting.set(partition, rowsOf(partition, counted))
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
