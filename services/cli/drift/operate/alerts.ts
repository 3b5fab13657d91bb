import type { StoredAlert } from '../../../drift/core/run/stored-alert.ts'
import { toJsonLine } from '../../shell/json.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { printAlert, shownAlert } from '../run/print-run.ts'
import { withClickHouse } from './recorded.ts'

/** `tributary drift alerts`: worst first. 1: one is open that somebody is told of. */
export const listAlerts = async (
  terminal: Terminal,
  all: boolean,
  json: boolean,
): Promise<ExitStatus> =>
  withClickHouse(terminal, async (clickhouse): Promise<ExitStatus> => {
    const rows = await clickhouse.query<StoredAlert>(
      `SELECT * FROM drift_alerts FINAL ${all ? '' : 'WHERE closed_at IS NULL'}
       ORDER BY isNotNull(closed_at), indexOf(['critical', 'warn', 'info'], toString(severity)), opened_at DESC, kind, name`,
    )
    const alerts = rows.map(shownAlert)
    const text = alerts.length === 0 ? 'No alert is open.\n' : alerts.map(printAlert).join('\n')
    terminal.stdout.write(json ? toJsonLine({ alerts }) : text)
    return alerts.some((one) => one.told && one.closed_at === null) ? 1 : 0
  })
