import { answer, insertRows } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { toIso } from '#runtime/time/iso.ts'
import { driftRun, rowsBeforeMetrics } from '../../../drift/core/run/drift-run.ts'
import { openClickHouse } from '../../shell/connections.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { timeArgument } from '../../shell/time-argument.ts'
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
    const run = await answer(clickhouse, driftRun({ asOf, now: now.getTime(), compiled }))
    if (!asked.dryRun) {
      // oxlint-disable-next-line no-await-in-loop -- in their order
      for (const [table, rows] of rowsBeforeMetrics(run)) await insertRows(clickhouse, table, rows)
      await insertRows(clickhouse, 'drift_metrics', run.metrics)
    }
    const report = runReport(run, toIso(asOf), asked.dryRun)
    terminal.stdout.write(asked.json ? toJsonLine(report) : printRun(report))
    return report.alerts.some((one) => one.told && one.closed_at === null) ? 1 : 0
  } finally {
    await clickhouse.close()
  }
}
