import { answer, insertRows } from '#runtime/clickhouse/index.ts'
import { durationMs } from '#runtime/definition/schema-parts.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { driftRun, isPresent } from '../../../drift/core/run/drift-run.ts'
import { openClickHouse } from '../../shell/connections.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { timeArgument } from '../../shell/time-argument.ts'
import { times } from '../times.ts'
import { deployedOr } from './deployed.ts'
import { printRun, runReport } from './print-run.ts'

export interface DriftRunArguments {
  readonly asOf: string
  /** null: the deployed one. */
  readonly pipelineFile: string | null
  readonly dryRun: boolean
  readonly json: boolean
}

/** `tributary drift run`: one window. 1: it opened or worsened an alert that somebody is told of. */
export async function runDriftRun(
  terminal: Terminal,
  asked: DriftRunArguments,
): Promise<ExitStatus> {
  const now = terminal.now()
  const asOf = timeArgument(asked.asOf, '--as-of', now).getTime()
  if (asOf > now.getTime())
    throw new TributaryError('TRB_USAGE', '--as-of is not over yet', {
      hint: 'Give the end of a window that is over.',
    })
  const compiled = await deployedOr(terminal, asked.pipelineFile)
  const clickhouse = openClickHouse(terminal)
  try {
    const run = await answer(
      clickhouse,
      driftRun({
        asOf,
        windowMs: durationMs(compiled.definition.drift.window),
        compiled,
        present: isPresent(asOf, now.getTime()),
        times,
      }),
    )
    if (!asked.dryRun) {
      // Metrics last: a window that has them has everything.
      await insertRows(clickhouse, 'drift_baselines', run.baselines)
      await insertRows(clickhouse, 'drift_edges', run.edges)
      await insertRows(clickhouse, 'drift_snapshots', run.snapshots)
      await insertRows(clickhouse, 'drift_alerts', run.alerts)
      await insertRows(clickhouse, 'drift_metrics', run.metrics)
    }
    const report = runReport(run, times.iso(asOf), asked.dryRun)
    terminal.stdout.write(asked.json ? toJsonLine(report) : printRun(report))
    return report.alerts.some((one) => one.told && one.closed_at === null) ? 1 : 0
  } finally {
    await clickhouse.close()
  }
}
