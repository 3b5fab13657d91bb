import { answer, insertRows } from '#runtime/clickhouse/index.ts'
import { durationMs } from '#runtime/definition/schema-parts.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { toIso } from '#runtime/time/iso.ts'
import { alertRecords } from '../../../drift/core/run/alert-records.ts'
import { driftRun, rowsBeforeMetrics } from '../../../drift/core/run/drift-run.ts'
import { endBefore } from '../../../drift/core/schedule/due-windows.ts'
import { openClickHouse } from '../../shell/connections.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { timeArgument } from '../../shell/time-argument.ts'
import { deployedOr } from './deployed.ts'
import { printRun, runReport } from './print-run.ts'
import { publishAlerts } from './publish-alerts.ts'

export interface DriftRunArguments {
  readonly asOf: string
  /** null: the deployed one. */
  readonly pipelineFile: string | null
  readonly dryRun: boolean
  /** Whether drift.alerts is told, as the service tells it. */
  readonly publish: boolean
  readonly json: boolean
}

/** `tributary drift run`: one window. 1: it opened or worsened an alert that somebody is told of. */
export async function runDriftRun(
  terminal: Terminal,
  asked: DriftRunArguments,
): Promise<ExitStatus> {
  if (asked.publish && asked.dryRun)
    throw new TributaryError('TRB_USAGE', '--publish and --dry-run contradict each other', {
      hint: 'A dry run tells nobody: give one of them.',
    })
  const now = terminal.now()
  const at = timeArgument(asked.asOf, '--as-of', now).getTime()
  if (at > now.getTime())
    throw new TributaryError('TRB_USAGE', '--as-of is not over yet', {
      hint: 'Give the end of a window that is over.',
    })
  const compiled = await deployedOr(terminal, asked.pipelineFile)
  const asOf = endBefore(at, durationMs(compiled.definition.drift.window))
  const clickhouse = openClickHouse(terminal)
  try {
    const run = await answer(clickhouse, driftRun({ asOf, now: now.getTime(), compiled }))
    if (!asked.dryRun) {
      // oxlint-disable-next-line no-await-in-loop -- in their order
      for (const [table, rows] of rowsBeforeMetrics(run)) await insertRows(clickhouse, table, rows)
      // Told before it is remembered, as by the service: what fails here is run again whole.
      if (asked.publish) await publishAlerts(terminal, alertRecords(run.alerts, asOf))
      await insertRows(clickhouse, 'drift_metrics', run.metrics)
    }
    const report = runReport(run, toIso(asOf), asked)
    terminal.stdout.write(asked.json ? toJsonLine(report) : printRun(report))
    return report.alerts.some((one) => one.told && one.closed_at === null) ? 1 : 0
  } finally {
    await clickhouse.close()
  }
}
