import { answer } from '#runtime/clickhouse/index.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { buildReport } from '../../../drift/core/report/build-report.ts'
import { readReport } from '../../../drift/core/report/read-report.ts'
import { writePrivately } from '../../page/write-privately.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { timeArgument } from '../../shell/time-argument.ts'
import { withClickHouse } from '../operate/recorded.ts'
import { driftPage } from './page/page.ts'
import { printReport } from './print-report.ts'

export interface DriftReportArguments {
  /** null: the newest window. */
  readonly asOf: string | null
  /** Where the page goes; null: none is made. */
  readonly html: string | null
  readonly json: boolean
}

/** `tributary drift report`: one window as it is stored. 1: an alert is open that somebody is told of. */
export async function runDriftReport(
  terminal: Terminal,
  asked: DriftReportArguments,
): Promise<ExitStatus> {
  const now = terminal.now()
  const at = asked.asOf === null ? now : timeArgument(asked.asOf, '--as-of', now)
  return withClickHouse(terminal, async (clickhouse): Promise<ExitStatus> => {
    const stored = await answer(clickhouse, readReport(at.getTime()))
    if (stored.asOf === null) throw noWindow(stored.first, at)
    const report = buildReport(stored)
    if (asked.html !== null) await writePrivately(terminal.cwd, asked.html, driftPage(report))
    terminal.stdout.write(asked.json ? toJsonLine(report) : printReport(report))
    return report.open.some(({ told }) => told) ? 1 : 0
  })
}

const noWindow = (first: string | null, at: Date): TributaryError =>
  first === null
    ? new TributaryError('TRB_NOT_FOUND', 'drift was never measured', {
        hint: 'The drift service measures each window after its end; tributary drift run --as-of 0s measures one now.',
      })
    : new TributaryError('TRB_NOT_FOUND', `no window had ended by ${at.toISOString()}`, {
        hint: `The first one that was measured ended at ${first}.`,
      })
