import type { AlertRow } from '../../../drift/core/run/result-rows.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { printAlert, type ShownAlert, shownAlert } from '../run/print-run.ts'
import { withClickHouse } from './recorded.ts'

/** ClickHouse gives tuples with names as objects. */
interface StoredRow extends Omit<AlertRow, 'causes' | 'contributions'> {
  readonly causes: readonly { readonly kind: string; readonly words: string }[]
  readonly contributions: readonly {
    readonly bin: string
    readonly before: number
    readonly after: number
    readonly psi: number
  }[]
}

const shown = (row: StoredRow): ShownAlert =>
  shownAlert({
    ...row,
    causes: row.causes.map(({ kind, words }) => [kind, words]),
    contributions: row.contributions.map(({ after, before, bin, psi }) => [
      bin,
      before,
      after,
      psi,
    ]),
  })

/** `tributary drift alerts`: worst first. 1: one is open that somebody is told of. */
export const listAlerts = async (
  terminal: Terminal,
  all: boolean,
  json: boolean,
): Promise<ExitStatus> =>
  withClickHouse(terminal, async (clickhouse): Promise<ExitStatus> => {
    const rows = await clickhouse.query<StoredRow>(
      `SELECT * FROM drift_alerts FINAL ${all ? '' : 'WHERE closed_at IS NULL'}
       ORDER BY isNotNull(closed_at), indexOf(['critical', 'warn', 'info'], toString(severity)), opened_at DESC, kind, name`,
    )
    const alerts = rows.map(shown)
    const text = alerts.length === 0 ? 'No alert is open.\n' : alerts.map(printAlert).join('\n')
    terminal.stdout.write(json ? toJsonLine({ alerts }) : text)
    return alerts.some((one) => one.told && one.closed_at === null) ? 1 : 0
  })
