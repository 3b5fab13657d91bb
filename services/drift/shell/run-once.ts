import { answer, type ClickHouse, insertRows } from '#runtime/clickhouse/index.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { durationMs } from '#runtime/definition/schema-parts.ts'
import { type DriftRun, driftRun, isPresent } from '../core/run/drift-run.ts'
import type { Times } from '../core/store/rows.ts'

export const times: Times = {
  iso: (ms) => new Date(ms).toISOString(),
  ms: (iso) => Date.parse(iso),
}

/** One window, measured and judged; nothing is written. */
export const runOnce = async (
  clickhouse: Pick<ClickHouse, 'query'>,
  compiled: CompiledDefinition,
  asOf: number,
  now: number,
): Promise<DriftRun> =>
  answer(
    clickhouse,
    driftRun({
      asOf,
      windowMs: durationMs(compiled.definition.drift.window),
      compiled,
      present: isPresent(asOf, now),
      times,
    }),
  )

/** Metrics last: a window that has them has everything, and is not run again. */
export async function storeRun(
  clickhouse: Pick<ClickHouse, 'insertLines'>,
  run: DriftRun,
  publish: () => Promise<void>,
): Promise<void> {
  await insertRows(clickhouse, 'drift_baselines', run.baselines)
  await insertRows(clickhouse, 'drift_edges', run.edges)
  await insertRows(clickhouse, 'drift_snapshots', run.snapshots)
  await insertRows(clickhouse, 'drift_alerts', run.alerts)
  await publish()
  await insertRows(clickhouse, 'drift_metrics', run.metrics)
}
