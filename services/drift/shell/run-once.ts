import { answer, type ClickHouse, insertRows } from '#runtime/clickhouse/index.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { type DriftRun, driftRun, rowsBeforeMetrics } from '../core/run/drift-run.ts'

/** One window, measured and judged; nothing is written. */
export const runOnce = async (
  clickhouse: Pick<ClickHouse, 'query'>,
  compiled: CompiledDefinition,
  asOf: number,
  now: number,
): Promise<DriftRun> => answer(clickhouse, driftRun({ asOf, now, compiled }))

export async function storeRun(
  clickhouse: Pick<ClickHouse, 'insertLines'>,
  run: DriftRun,
  publish: () => Promise<void>,
): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- in their order
  for (const [table, rows] of rowsBeforeMetrics(run)) await insertRows(clickhouse, table, rows)
  await publish()
  await insertRows(clickhouse, 'drift_metrics', run.metrics)
}
