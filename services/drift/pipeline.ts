import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { durationMs } from '#runtime/definition/schema-parts.ts'
import type { Producer } from '#runtime/kafka/ports.ts'
import { type AlertsTopic, sendDriftAlerts } from '#runtime/log/send-drift-alerts.ts'
import { alertRecords } from './core/run/alert-records.ts'
import { dueWindows, untilDue, untilNext } from './core/schedule/due-windows.ts'
import { alertsShownMax, type DriftMetrics } from './shell/metrics.ts'
import { readLastRun, readOpenAlerts, readToldAlerts } from './shell/read-state.ts'
import { runOnce, storeRun } from './shell/run-once.ts'

export interface DriftDeps {
  readonly clickhouse: Pick<ClickHouse, 'query' | 'insertLines'>
  readonly producer: Pick<Producer, 'send'>
  readonly alerts: AlertsTopic
  /** The pipeline file in force; null: nothing was deployed yet. */
  readonly definition: () => Promise<CompiledDefinition | null>
  readonly metrics: DriftMetrics
  readonly now: () => number
  readonly delayMs: number
  readonly catchUpMax: number
  readonly onRun?: (asOf: number, alerts: number) => void
}

/** Runs what is due: measure → store → publish → remember. @returns Milliseconds until something is due again. */
export async function runDue(deps: DriftDeps): Promise<number> {
  const { alerts, clickhouse, metrics, now, producer } = deps
  const compiled = await deps.definition()
  if (compiled === null) return noDefinitionMs
  const windowMs = durationMs(compiled.definition.drift.window)
  const schedule = { windowMs, delayMs: deps.delayMs, catchUpMax: deps.catchUpMax }
  let lastRun = await readLastRun(clickhouse, now())
  const stands = (): void => metrics.stands(lastRun, now() + untilDue(lastRun, now(), schedule))
  stands()
  const due = dueWindows(lastRun, now(), schedule)
  for (const asOf of due) {
    const began = now()
    /* oxlint-disable no-await-in-loop -- a window follows from the one before */
    const run = await runOnce(clickhouse, compiled, asOf, began)
    // What is told before it is remembered is told again after a crash, and never not at all.
    await storeRun(clickhouse, run, async () =>
      sendDriftAlerts(producer, alerts, alertRecords(run.alerts, asOf)),
    )
    /* oxlint-enable no-await-in-loop */
    lastRun = asOf
    stands()
    metrics.ran(now() - began, run.metrics)
    deps.onRun?.(asOf, run.alerts.length)
  }
  metrics.open(
    await readOpenAlerts(clickhouse, now()),
    await readToldAlerts(clickhouse, now(), alertsShownMax),
  )
  return untilNext(now(), schedule)
}

const noDefinitionMs = 60_000
