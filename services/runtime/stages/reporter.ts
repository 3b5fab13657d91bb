import { createClickHouse, type ClickHouseOptions } from '../clickhouse/client.ts'
import { encodeRows } from '../clickhouse/encode-rows.ts'
import { asError, isTributaryError } from '../errors/index.ts'
import type { Clock } from '../lifecycle/index.ts'
import type { Logger, Metrics } from '../telemetry/index.ts'

export interface ReporterDeps {
  readonly intervalMs: number
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  /** Brings the book up to date; may fail, and then the rows say what is known. */
  look(): Promise<void>
  rows(): readonly object[]
  /** null: nowhere to write to. One try each time. */
  readonly write: ((rows: readonly object[]) => Promise<void>) | null
}

/**
 * Looks and writes once per interval, also when nothing happens. What cannot be written is dropped and counted: the next look says more than
 * the last one did, and nobody waits for it.
 */
export function startReporter(deps: ReporterDeps): { stop(): Promise<void> } {
  const { clock, intervalMs, log } = deps
  const stopping = new AbortController()
  const reports = deps.metrics.counter({
    name: 'health_reports_total',
    help: 'Reports to pipeline_health: written, or failed and dropped',
    labels: ['outcome'],
  })
  let failing = false
  const report = async (): Promise<void> => {
    await deps.look().catch((error: unknown) => {
      log.debug({ why: asError(error).message }, 'the brokers did not say where the logs end')
    })
    if (deps.write === null || isOver(stopping.signal)) return
    try {
      const rows = deps.rows()
      if (rows.length > 0) await deps.write(rows)
      reports.add({ outcome: 'written' })
      failing = false
    } catch (error) {
      reports.add({ outcome: 'failed' })
      const code = isTributaryError(error) ? error.code : 'TRB_INTERNAL'
      // Once: whoever needs ClickHouse for more than this says so at length.
      if (!failing)
        log.warn({ code }, 'pipeline_health was not written; the next report tries again')
      failing = true
    }
  }
  const run = async (): Promise<void> => {
    while (!isOver(stopping.signal)) {
      await clock.sleep(intervalMs, stopping.signal)
      if (!isOver(stopping.signal)) await report()
    }
  }
  const ended = run()
  return {
    async stop() {
      stopping.abort()
      // A report under way to something that does not answer holds up no stop.
      const enough = new AbortController()
      await Promise.race([ended, clock.sleep(stopWithinMs, enough.signal)])
      enough.abort()
    },
  }
}

const stopWithinMs = 1000

/** Read through a call: it changes while others are awaited. */
const isOver = (signal: AbortSignal): boolean => signal.aborted

/** Writes past the row sink, which would wait for ever: one try, and not a long one. */
export function createHealthWriter(options: Omit<ClickHouseOptions, 'requestTimeoutMs'>): {
  write(rows: readonly object[]): Promise<void>
  close(): Promise<void>
} {
  const clickhouse = createClickHouse({ ...options, requestTimeoutMs: 5000 })
  return {
    async write(rows) {
      const { columns, format, body } = encodeRows(rows)
      await clickhouse.insertLines('pipeline_health', format, columns, body)
    },
    close: async () => clickhouse.close(),
  }
}
